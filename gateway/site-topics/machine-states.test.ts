/** How each machine is, as a HMI hears it: by the rules of the page, bounded in rate, and gone with the machine. */
import { expect, it } from 'vitest';
import { newEvent } from '../../shared/contract/envelope.ts';
import { MachineEstimateDocument } from '../../shared/contract/site/site-topics.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { MaintenanceWindow } from '../ports/maintenance/maintenance.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { SiteTopics } from './site-topics.ts';

const check = compileValidator(MachineEstimateDocument);
const machine = { site: 'hall', machine: 'fan-1' };
const topic = 'harbinger/hall/fan-1';

function bench(kept: (readonly [string, string])[] = []) {
  const clock = manualClock();
  const at = new Map<string, string>(kept);
  const told: [topic: string, text: string][] = [];
  const windows: MaintenanceWindow[] = [];
  const none = () => [];
  let fails = false;
  const topics = new SiteTopics({
    ...{ gateway: 'north', openAlerts: none, openConditions: none, types: new Map(), clock, log: silentLog },
    brokers: () => [
      {
        kept: () => kept,
        async publish(to: string, payload: Buffer) {
          if (fails) throw new Error('the broker does not answer');
          at.set(to, payload.toString());
          told.push([to, payload.toString()]);
        },
      },
    ],
    watch: {
      maintenance: { isOn: () => windows.length > 0, list: () => windows },
      levels: {
        of: () => [
          {
            ...{ sensor: 'vibration', unit: 'mm/s', side: 'high', state: 'trend', asOfMs: 0, trend: null },
            limits: [{ severity: 'warning', limit: 4.5, earliestMs: 1e12, likelyMs: 2e12, latestMs: null }],
          },
        ],
      },
    },
  });
  const outbox = topics.overheard({ event: async () => {}, estimates: () => {} });
  const arrives = (isNew: boolean, replay = false) => {
    const batch = {
      ...{ newMachines: isNew ? [{ machineIndex: 3, machineType: 'fan', ...machine }] : [], replay },
      ...{ newSensors: [], machineIndex: Int32Array.of(3), timeMs: Float64Array.of(clock.nowMs()) },
      ...{ offset: Int32Array.of(0, 1), values: Float32Array.of(1) },
    };
    topics.arrived(batch satisfies ColumnBatch);
  };
  const estimate = (fields = 'limits=2,limits_met=0,policies_met=0,behaviour=1', health = 0.9) => {
    const head = 'estimate,gateway=north,machine=fan-1,site=hall';
    const life = 'rul_p10=20,rul_p50=36,rul_p90=60';
    const texts = 'source="model",type="fan",unit="hours"';
    outbox.estimates([
      `${head} ${life},health=${health},anomaly=0.1,confidence=0.8,${fields},row_s=60,${texts} ${clock.nowMs()}000000`,
    ]);
  };
  const document = () => check(JSON.parse(at.get(`${topic}/estimate`)!), (text) => new Error(text));
  const goDown = (isDown: boolean) => {
    fails = isDown;
  };
  return { clock, at, told, topics, outbox, windows, arrives, estimate, document, goDown };
}

const alert = (change: 'opened' | 'resolved', timeMs: number) =>
  newEvent(
    `io.harbinger.prediction.${change}.v1`,
    { gateway: 'north', id: `p-1/${change}`, timeMs, subject: 'hall/fan-1' },
    {
      ...{ ...machine, machineType: 'fan', source: 'rules', model: null, remainingLife: null, health: 0.4 },
      ...{ anomaly: 0.6, confidence: 0.5, contributions: [], predictionId: 'p-1', failureMode: 'limit' },
      ...{ severity: 'critical', reasons: ['It is hot.'], decisionId: 'd-1' },
    } as never,
  );

it('a machine that nothing judges yet is learning, and OK only once it is judged', async () => {
  const { topics, clock, at, arrives, estimate, document } = bench();
  await topics.start();
  arrives(true);
  await clock.advance(1_000);
  expect([at.get(`${topic}/state`), document().estimate]).toEqual(['learning', null]);
  estimate();
  await clock.advance(8_000);
  // Nobody need do anything: that one waits, so that a start is not a message for each step of each machine.
  expect(at.get(`${topic}/state`)).toBe('learning');
  await clock.advance(3_000);
  expect(at.get(`${topic}/state`)).toBe('ok');
  expect(document()).toMatchObject({
    state: 'ok',
    reason: 'Judged by its model',
    estimate: {
      ...{ judgedBy: 'model', health: 0.9, anomaly: 0.1 },
      remainingLife: { p10: 20, p50: 36, p90: 60, unit: 'hours' },
      timeToLimit: [{ sensor: 'vibration', limit: 4.5, unit: 'mm/s', severity: 'warning', latest: null }],
    },
  });
  await topics.stop();
});

it('a change of state is published at once, and an estimate once a minute', async () => {
  const { topics, clock, at, told, outbox, arrives, estimate } = bench();
  await topics.start();
  arrives(true);
  estimate();
  await clock.advance(1_000);
  told.length = 0;
  for (let second = 0; second < 180; second++) {
    arrives(false);
    estimate(undefined, 0.9 - second / 1_000);
    await clock.advance(1_000);
  }
  expect(told.map(([to]) => to)).toEqual([`${topic}/estimate`, `${topic}/estimate`, `${topic}/estimate`]);
  arrives(false);
  estimate('limits=2,limits_met=2,policies_met=0,behaviour=1');
  for (let second = 0; second < 5; second++) {
    await clock.advance(1_000);
    arrives(false);
    estimate('limits=2,limits_met=2,policies_met=0,behaviour=1');
  }
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('critical');
  estimate();
  await clock.advance(6_000);
  estimate();
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('ok');
  void outbox.event(alert('opened', clock.nowMs()));
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('critical');
  void outbox.event(alert('resolved', clock.nowMs()));
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('ok');
  await topics.stop();
});

it('says that a machine is at rest, in maintenance, not heard or failed, with no estimate of before', async () => {
  const { topics, clock, at, windows, outbox, arrives, estimate, document } = bench();
  await topics.start();
  arrives(true);
  estimate();
  const head = 'estimate,gateway=north,machine=fan-1,site=hall';
  outbox.estimates([`${head} at_rest=1,rest_s=90,type="fan" ${clock.nowMs()}000000`]);
  await clock.advance(1_000);
  expect([at.get(`${topic}/state`), document().estimate]).toEqual(['stopped', null]);
  outbox.estimates([`${head} at_rest=0,type="fan" ${clock.nowMs()}000000`]);
  const span = { fromMs: clock.nowMs(), toMs: clock.nowMs() + 600_000, setMs: 0, by: 'ana', address: '' };
  windows.push({ id: 'w', ...span, note: 'new belt' });
  await clock.advance(61_000);
  expect(document()).toMatchObject({
    state: 'maintenance',
    reason: expect.stringContaining('ana: new belt'),
  });
  windows.length = 0;
  await clock.advance(3 * 3_600_000);
  expect([at.get(`${topic}/state`), document().estimate]).toEqual(['silent', null]);
  topics.lifecycle({ state: 'failed', about: machine, atMs: clock.nowMs() } as never);
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('failed');
  await topics.stop();
});

it('after a restart says what it knows: a machine that failed has, and of the others nothing until they are judged', async () => {
  const before = bench();
  await before.topics.start();
  before.arrives(true);
  before.estimate();
  await before.clock.advance(1_000);
  const ok = [...before.at];
  before.topics.lifecycle({ state: 'failed', about: machine, atMs: before.clock.nowMs() } as never);
  await before.clock.advance(1_000);
  const failed = [...before.at];
  await before.topics.stop();
  for (const [kept, state, heard] of [
    [ok, 'unknown', 'ok'],
    [failed, 'failed', 'failed'],
  ] as const) {
    const { topics, clock, at, arrives, estimate } = bench(kept);
    arrives(true, true);
    await topics.start();
    await clock.advance(1_000);
    expect(at.get(`${topic}/state`)).toBe(state);
    arrives(false);
    estimate();
    await clock.advance(11_000);
    expect(at.get(`${topic}/state`)).toBe(heard);
    await topics.stop();
  }
});

it('is tried again while the broker fails, and removed with its machine until that is heard again', async () => {
  const { topics, clock, at, arrives, estimate, goDown } = bench();
  await topics.start();
  goDown(true);
  arrives(true);
  estimate();
  await clock.advance(2_000);
  expect(at.has(`${topic}/state`)).toBe(false);
  goDown(false);
  await clock.advance(2_000);
  expect(at.get(`${topic}/state`)).toBe('ok');
  topics.retired(machine.site, machine.machine);
  await clock.advance(1_000);
  estimate();
  await clock.advance(1_000);
  expect([at.get(`${topic}/state`), at.get(`${topic}/estimate`)]).toEqual(['', '']);
  arrives(false);
  await clock.advance(1_000);
  expect(at.get(`${topic}/state`)).toBe('learning');
  await topics.stop();
});
