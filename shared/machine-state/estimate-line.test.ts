import { expect, it } from 'vitest';
import { estimateState } from './estimate-line.ts';

const line = (fields: string) =>
  `estimate,gateway=g,machine=m,site=s health=0.4,anomaly=0.6,confidence=0.55${fields} 1700000000000000000`;

it.each([
  [',source="model",type="pump",unit="cycles",model="pump-rul@1.0.0"', 'model', 'pump-rul'],
  [',source="rules",type="pump",unit="cycles"', 'rules', undefined],
  [
    ',source="rules",type="generic",unit="readings",detector="self-learned@1.0.0"',
    'self-learned',
    'self-learned',
  ],
  [',source="an oracle",type="pump",unit="cycles",model="delphi"', null, undefined],
])('the judge of a machine is read from its estimate: %s', (fields, source, name) => {
  const state = estimateState(line(fields));
  expect(state).toMatchObject({ site: 's', machine: 'm', health: 0.4, source });
  expect(state?.estimator).toEqual(name === undefined ? undefined : { name, version: '1.0.0' });
});

it('reads what judges the machine and what is met, and knows that an older gateway did not say', () => {
  const said =
    ',limits=3,limits_met=2,policies_met=0,normal_rows=40,normal_rows_needed=600,row_s=60,source="rules"';
  expect(estimateState(line(said))?.evidence).toEqual({
    confidence: 0.55,
    limits: 3,
    limitsMet: 'critical',
    policiesMet: null,
    learning: { rows: 40, needed: 600 },
    rowS: 60,
  });
  expect(estimateState(line(said))?.rest).toBeNull();
  expect(estimateState(line(',source="rules"'))?.evidence).toEqual({
    confidence: 0.55,
    limits: null,
    limitsMet: null,
    policiesMet: undefined,
    learning: null,
    rowS: null,
  });
});

it('reads that a machine has come to rest, also from a line without an estimate, which leaves the last one as it is', () => {
  const timeMs = 1_700_000_000_000;
  const at = (fields: string) => `estimate,gateway=g,machine=m,site=s ${fields} ${timeMs}000000`;
  expect(estimateState(at('at_rest=1,rest_s=90,type="pump"'))).toEqual({
    ...{ site: 's', machine: 'm', machineType: 'pump', lastSeenMs: timeMs },
    rest: { sinceMs: timeMs - 90_000, saidMs: timeMs },
  });
  expect(estimateState(at('at_rest=1,type="pump"'))).toMatchObject({ rest: { sinceMs: null } });
  expect(estimateState(at('at_rest=0,running_s=7200,type="pump"'))).toMatchObject({
    rest: null,
    runningS: 7_200,
  });
  expect(estimateState(line(',at_rest=1,rest_s=0,source="rules"'))).toMatchObject({
    health: 0.4,
    rest: { sinceMs: timeMs },
  });
});

it('reads how the sensors of a machine go together, and between which values the farthest would be usual', () => {
  const read = (fields: string) => estimateState(line(fields))?.evidence?.behaviour;
  const band = ',unusual=2.3,usual_low=1.6,usual_high=1.8,unusual_text="vibration"';
  expect(read(`,behaviour=2,behaviour_s=600${band},source="rules"`)).toEqual({
    state: 'unusual',
    sinceMs: 1_700_000_000_000 - 600_000,
    beyond: { sensor: 'vibration', value: 2.3, low: 1.6, high: 1.8 },
  });
  expect(read(',behaviour=1,source="rules"')).toEqual({ state: 'normal', sinceMs: null, beyond: null });
  expect(read(',behaviour=0,behaviour_days=2,behaviour_days_needed=7,source="rules"')).toEqual({
    ...{ state: 'learning', sinceMs: null, beyond: null, learning: { days: 2, needed: 7 } },
  });
  expect(read(',behaviour=9,source="rules"')).toBeUndefined();
  expect(read(',source="rules"')).toBeUndefined();
});

it('reads the mode of a machine: a level, one that was never seen, or what its state sensor says', () => {
  const read = (fields: string) => estimateState(line(fields))?.evidence?.mode;
  const sinceMs = 1_700_000_000_000 - 60_000;
  const name = 'speed about 1450 rpm';
  const said = `mode_s=60,mode_text="${name}",source="rules"`;
  expect(read(`,mode=2,modes=3,${said}`)).toEqual({ number: 2, of: 3, name, sinceMs, isNew: false });
  expect(read(`,mode=0,modes=3,mode_new=1,${said}`)).toEqual({
    number: null,
    of: 3,
    name,
    sinceMs,
    isNew: true,
  });
  expect(read(`,mode=0,${said}`)).toMatchObject({ number: 0, of: null });
  expect(read(',mode=2,source="rules"')).toBeUndefined();
});
