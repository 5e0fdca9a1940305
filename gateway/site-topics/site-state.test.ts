import { describe, expect, it } from 'vitest';
import { newEvent } from '../../shared/contract/envelope.ts';
import { MachineAlertsDocument } from '../../shared/contract/site/site-topics.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { OpenAlert } from '../ports/decision.ts';
import { machinesMax, SiteState } from './site-state.ts';

const check = compileValidator(MachineAlertsDocument);
const assessment = {
  source: 'rules' as const,
  model: null,
  remainingLife: null,
  health: 0.4,
  anomaly: 0.6,
  confidence: 0.5,
  contributions: [],
};

interface Said {
  id?: string;
  machine?: string;
  severity?: 'warning' | 'critical';
  reasons?: string[];
  since?: string;
  heardSince?: string;
  minute?: number;
}

function prediction(change: 'opened' | 'updated' | 'resolved' | 'now', said: Said = {}) {
  const { id = 'p-1', machine = 'pump-1', severity = 'warning', reasons = ['It is hot.'], minute = 0 } = said;
  const { since, heardSince } = said;
  const timeMs = Date.UTC(2026, 2, 1, 12, minute);
  return newEvent(
    `io.harbinger.prediction.${change}.v1`,
    { gateway: 'north', id: `${id}/${change}/${minute}`, timeMs, subject: `hall/${machine}` },
    {
      site: 'hall',
      machine,
      machineType: 'pump',
      ...assessment,
      predictionId: id,
      failureMode: 'bearing',
      severity,
      reasons,
      ...(since !== undefined && { since }),
      ...(heardSince !== undefined && { heardSince }),
      decisionId: 'd-1',
    },
  );
}

const openAlert = (id: string, machine = 'pump-1'): OpenAlert => ({
  predictionId: id,
  site: 'hall',
  machine,
  machineType: 'pump',
  failureMode: 'bearing',
  severity: 'warning',
  openedAtMs: Date.UTC(2026, 2, 1, 12),
  assessment,
});

const take = (state: SiteState) =>
  new Map(
    state.takeChanged(1_000_000).flatMap(({ messages }) => messages.map(({ topic, text }) => [topic, text])),
  );
const documentOf = (said: ReadonlyMap<string, string>, machine = 'pump-1') =>
  check(JSON.parse(said.get(`harbinger/hall/${machine}/alerts`)!), (problem) => new Error(problem));

describe('the state of a site', () => {
  it('says only the last of many changes of a machine, with the time at which it opened', () => {
    const state = new SiteState('north');
    state.note(prediction('opened'));
    state.note(prediction('updated', { severity: 'critical', reasons: ['It is hotter.'], minute: 1 }));
    state.note(prediction('opened', { id: 'p-2', minute: 2 }));
    state.note(prediction('resolved', { id: 'p-2', minute: 3 }));
    const said = take(state);
    expect([...said.keys()]).toEqual(['harbinger/hall/pump-1/severity', 'harbinger/hall/pump-1/alerts']);
    expect(said.get('harbinger/hall/pump-1/severity')).toBe('critical');
    expect(documentOf(said)).toMatchObject({
      changedAt: '2026-03-01T12:03:00.000Z',
      alerts: [{ id: 'p-1', since: '2026-03-01T12:00:00.000Z', reasons: ['It is hotter.'] }],
    });
    expect(state.hasChanged).toBe(false);
  });

  it('says an open alert as it is now, which changes nothing else and opens none', () => {
    const state = new SiteState('north');
    state.note(prediction('opened'));
    state.note(prediction('now', { reasons: ['It is hotter.'], minute: 5 }));
    state.note(prediction('now', { id: 'p-2', minute: 5 }));
    const { alerts, changedAt } = documentOf(take(state));
    expect(changedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(alerts).toMatchObject([
      { since: changedAt, asOf: '2026-03-01T12:05:00.000Z', reasons: ['It is hotter.'] },
    ]);
  });

  it('says since when an alert has been so as far as that is known now, also after a restart', () => {
    const since = '2026-03-01T11:40:00.000Z';
    const state = new SiteState('north');
    state.note(prediction('opened', { since: '2026-03-01T11:55:00.000Z' }));
    state.note(prediction('now', { since, minute: 5 }));
    expect(documentOf(take(state)).alerts).toMatchObject([{ since }]);
    state.note(prediction('updated', { since: '2026-03-01T11:30:00.000Z', minute: 6 }));
    expect(documentOf(take(state)).alerts).toMatchObject([{ since: '2026-03-01T11:30:00.000Z' }]);
    const restarted = new SiteState('north');
    restarted.restore([{ ...openAlert('p-1'), sinceMs: Date.parse(since) }], [], []);
    expect(documentOf(take(restarted)).alerts).toMatchObject([{ since }]);
  });

  it('of a machine that is heard again lists its silence, and calls nothing wrong, also after a restart', () => {
    const before = new SiteState('north');
    before.note(prediction('opened'));
    const heardSince = '2026-03-01T12:04:00.000Z';
    before.note(prediction('now', { heardSince, minute: 5 }));
    const kept = take(before);
    expect(documentOf(kept)).toMatchObject({ severity: 'none', alerts: [{ heardSince }] });
    const state = new SiteState('north');
    state.restore([openAlert('p-1')], [], kept);
    expect(take(state).get('harbinger/hall/pump-1/severity')).toBe('none');
    state.note(prediction('now', { minute: 6 }));
    const said = take(state);
    expect(said.get('harbinger/hall/pump-1/severity')).toBe('warning');
    expect(documentOf(said).alerts[0]).not.toHaveProperty('heardSince');
  });

  it('lists the worst twenty, and how many more there are', () => {
    const state = new SiteState('north');
    for (let i = 0; i < 30; i++)
      state.note(
        prediction('opened', { id: `p-${i}`, minute: i, severity: i === 29 ? 'critical' : 'warning' }),
      );
    const { alerts, unlisted } = documentOf(take(state));
    expect(alerts.map(({ id }) => id).slice(0, 3)).toEqual(['p-29', 'p-0', 'p-1']);
    expect({ listed: alerts.length, unlisted }).toEqual({ listed: 20, unlisted: 10 });
  });

  it('after a restart equals what is open, keeps its words, and removes what belongs to nothing', () => {
    const before = new SiteState('north');
    for (const id of ['p-1', 'p-2']) before.note(prediction('opened', { id }));
    before.note(prediction('opened', { id: 'p-3', machine: 'pump-2' }));
    const kept = [
      ...take(before),
      ['harbinger/south/conditions', '{}'],
      ['harbinger/hall/pump-3/alerts', 'x'],
      ['harbinger/hall/pump-4/severity', null],
    ];

    const state = new SiteState('north');
    state.note(prediction('opened', { id: 'p-9' })); // resent at the start, and not open any more
    state.restore([openAlert('p-1'), openAlert('p-4')], [], kept as [string, string | null][]);
    const said = take(state);
    const removed = [...said].filter(([, text]) => text === '').map(([topic]) => topic);
    expect(removed).toEqual(['harbinger/south/conditions', 'harbinger/hall/pump-4/severity']);
    expect(documentOf(said).alerts.map(({ id, reasons }) => [id, reasons])).toEqual([
      ['p-1', ['It is hot.']],
      ['p-4', []],
    ]);
    expect(documentOf(said, 'pump-2')).toMatchObject({ severity: 'none', alerts: [] });
    expect(documentOf(said, 'pump-3')).toMatchObject({ severity: 'none', changedAt: null });
    expect(said.get('harbinger/north/severity')).toBe('none');
  });

  it('a machine that was retired is not brought back by the end of its alert', () => {
    const state = new SiteState('north');
    state.note(prediction('opened'));
    const [subject] = state.takeChanged(9);
    state.retired('hall', 'pump-1');
    state.note(prediction('resolved', { minute: 1 }));
    subject!.again();
    const removals = new Map([
      ['harbinger/hall/pump-1/alerts', ''],
      ['harbinger/hall/pump-1/severity', ''],
      ['harbinger/hall/pump-1/state', ''],
      ['harbinger/hall/pump-1/estimate', ''],
    ]);
    expect(take(state)).toEqual(removals);
    expect(state.hasChanged).toBe(false);
  });

  it('a removal that failed is tried again, and not once the machine is known again', () => {
    const state = new SiteState('north');
    state.judged('hall', 'pump-1');
    take(state);
    state.retired('hall', 'pump-1');
    const failed = state.takeChanged(9);
    expect(failed).toHaveLength(4);
    for (const subject of failed) subject.again();
    expect(state.hasChanged).toBe(true);
    const again = state.takeChanged(9);
    expect(again.map(({ messages }) => messages)).toEqual(failed.map(({ messages }) => messages));
    state.judged('hall', 'pump-1');
    for (const subject of again) subject.again();
    expect(take(state).get('harbinger/hall/pump-1/severity')).toBe('none');
    expect(state.hasChanged).toBe(false);
  });

  it('knows a bounded number of machines, and beyond it those with an alert', () => {
    const state = new SiteState('north');
    for (let i = 0; i < machinesMax + 10; i++) state.judged('hall', `m-${i}`);
    expect(take(state).size).toBe(2 * machinesMax);
    state.note(prediction('opened'));
    expect(take(state).size).toBe(2);
  });
});
