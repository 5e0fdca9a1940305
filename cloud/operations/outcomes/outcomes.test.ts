import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { lifecycleEvent, predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import type { Outcome, OutcomeSaid } from '../../ports/outcomes/outcomes.ts';
import type { Store } from '../database.ts';
import { TestOperations } from '../operations.testing.ts';
import { ofMachineMax } from './outcome-table.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

const pump = { gateway: 'north', site: 'leeds', machine: 'pump-1' };
const word = (verdict: OutcomeSaid['verdict'], more: Partial<OutcomeSaid> = {}): OutcomeSaid => ({
  ...{ verdict, by: 'maria', cause: 'worn coupling', note: '' },
  ...more,
});
const all = (): Outcome[] => [...test.now.outcomes.all()].sort((a, b) => a.kind.localeCompare(b.kind));
/** E.g. `warning confirmed inferred`. */
const said = () =>
  all()
    .map(({ kind, verdict, isInferred }) => `${kind} ${verdict}${isInferred ? ' inferred' : ''}`)
    .sort();
const failure = () => all().find(({ kind }) => kind === 'failure')!;
const at = (event: HarbingerEvent, time: string): HarbingerEvent => ({
  ...event,
  id: `${event.id}@${time}`,
  time,
});

describe('inferred', () => {
  it('a failure with a warning open confirms it, in whatever order they come, and once', async () => {
    const events = [
      predictionEvent('opened', 1),
      predictionEvent('resolved', 30, { outcome: 'failed' }),
      lifecycleEvent('failed', 30),
    ];
    const orders = [events, events.toReversed(), [events[0]!, events[2]!, events[1]!]];
    for (const order of orders) {
      for (const event of [...order, ...order]) await test.apply([event]);
      await test.reopen();
      for (const event of order) await test.apply([event]);
      expect(said()).toEqual(['failure confirmed inferred', 'warning confirmed inferred']);
      const [failed, warning] = all();
      expect(failed).toMatchObject({ kind: 'failure', warnings: ['p-1'] });
      expect(warning).toMatchObject({
        id: 'p-1',
        raisedBy: { policy: 'model', name: 'pump-cnn', version: '1.2.0' },
        confidence: 0.9,
        failedAt: '2026-03-01T10:30:00.000Z',
        ending: 'failed',
      });
      if (order[0] === events[0]) expect(warning).toMatchObject({ openedAt: '2026-03-01T10:01:00Z' });
      await test.remove();
      test = new TestOperations();
    }
  });

  it('a failure without a warning was missed, also with one of a machine before, and one that ended the day before', async () => {
    await test.apply([
      at(predictionEvent('opened', 1), '2026-02-20T10:00:00Z'),
      at(predictionEvent('resolved', 2), '2026-02-20T11:00:00Z'),
      at(predictionEvent('opened', 3, { predictionId: 'p-2' }), '2026-03-01T09:00:00Z'),
      at(lifecycleEvent('replaced', 4), '2026-03-01T09:30:00Z'),
      lifecycleEvent('failed', 30),
    ]);
    expect(said()).toEqual([
      'failure missed inferred',
      'warning unknown inferred',
      'warning unknown inferred',
    ]);
  });

  it('a warning that ended within a day before, or that a person had closed, counts', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      predictionEvent('resolved', 2),
      lifecycleEvent('failed', 30),
    ]);
    expect(said()).toEqual(['failure confirmed inferred', 'warning confirmed inferred']);
    await test.remove();
    test = new TestOperations();
    await test.apply([at(predictionEvent('opened', 1), '2026-02-20T10:00:00Z')]);
    await test.now.closing.close('p-1', { reason: 'watched', by: 'maria' });
    await test.apply([at(lifecycleEvent('failed', 1), '2026-03-10T10:00:00Z')]);
    expect(said()).toEqual(['failure confirmed inferred', 'warning confirmed inferred']);
  });

  it('that a machine was silent, or a probe faulty, announces nothing', async () => {
    await test.apply([
      predictionEvent('opened', 1, { kind: 'silent', failureMode: 'silent' }),
      lifecycleEvent('failed', 30),
    ]);
    expect(said()).toEqual(['failure missed inferred', 'warning unknown inferred']);
  });

  it('a machine that is reported as failed again is another failure only after it was replaced, or a day later', async () => {
    await test.apply([lifecycleEvent('failed', 10), lifecycleEvent('failed', 20)]);
    expect(said()).toHaveLength(1);
    await test.apply([lifecycleEvent('replaced', 30), lifecycleEvent('failed', 40)]);
    expect(said()).toHaveLength(2);
    await test.apply([at(lifecycleEvent('failed', 1), '2026-03-03T10:00:00Z')]);
    expect(said()).toHaveLength(3);
  });

  it('a failure says what judged the machine then', async () => {
    const { clock } = test;
    await test.now.watermarks.advance({
      ...{ gateway: 'north', journal: '00000000000000aa', lane: 'readings', firstSeq: 1, lastSeq: 1 },
      machines: [
        {
          ...{ site: 'leeds', machine: 'pump-1', machineType: 'pump', lastSeenMs: clock.nowMs() },
          ...{ health: 0.9, anomaly: 0, source: 'self-learned', estimator: { name: 'rare', version: '3' } },
        },
      ],
    });
    await test.apply([lifecycleEvent('failed', 30)]);
    expect(failure()).toMatchObject({ judgedBy: { policy: 'self-learned', name: 'rare', version: '3' } });
  });

  it('the version of the rules is that of their decision; a limit has none', async () => {
    const record = newEvent(
      'io.harbinger.decision.recorded.v1',
      { gateway: 'north', id: 'd-1', timeMs: 1 },
      {
        ...{
          decisionId: 'd-1',
          decision: 'alert',
          subject: 'leeds/pump-1',
          inputs: {},
          answer: {},
          reasons: [],
        },
        ...{ confidence: 1, policy: { name: 'rules', version: '2.1.0' }, mode: 'fallback', latencyMs: 1 },
      },
    );
    await test.apply([record, predictionEvent('opened', 1, { source: 'rules', model: null })]);
    await test.apply([
      predictionEvent('opened', 2, { predictionId: 'p-2', kind: 'limit', decisionId: 'd-2' }),
    ]);
    expect(all()).toMatchObject([
      { raisedBy: { policy: 'rules', name: 'rules', version: '2.1.0' }, mode: 'fallback', confidence: 0.9 },
      { raisedBy: { policy: 'limit', name: '', version: '' } },
    ]);
  });
});

describe('the word of a person', () => {
  it('stands against what is inferred, and what it says of one is inferred of the other; all of it is kept', async () => {
    await test.apply([predictionEvent('opened', 1), lifecycleEvent('failed', 30)]);
    await test.now.outcomes.say('p-1', word('false-alarm', { note: 'the seal, not the bearing' }));
    expect(said()).toEqual(['failure missed inferred', 'warning false-alarm']);
    await test.now.outcomes.say(failure().id, word('planned'));
    await test.now.outcomes.say('p-1', word('confirmed'));
    await test.reopen();
    expect(said()).toEqual(['failure planned', 'warning confirmed']);
    expect(test.now.outcomes.of('north', 'p-1')?.history).toMatchObject([
      {
        verdict: 'confirmed',
        isInferred: true,
        note: 'the machine was reported as failed at 2026-03-01T10:30:00.000Z',
      },
      { verdict: 'false-alarm', isInferred: false, by: 'maria', note: 'the seal, not the bearing' },
      { verdict: 'confirmed', isInferred: false, cause: 'worn coupling' },
    ]);
    expect(failure().history.map(({ verdict }) => verdict)).toEqual(['confirmed', 'missed', 'planned']);
  });

  it('has its effect once, also where a request comes again after another', async () => {
    await test.apply([predictionEvent('opened', 1)]);
    const { outcomes } = test.now;
    await outcomes.say('p-1', word('confirmed', { requestId: 'a' }));
    await outcomes.say('p-1', word('confirmed', { requestId: 'b' }));
    await outcomes.say('p-1', word('false-alarm', { requestId: 'c' }));
    const after = await outcomes.say('p-1', word('confirmed', { requestId: 'a' }));
    expect(after.verdict).toBe('false-alarm');
    expect(after.history).toHaveLength(2);
  });

  it('adds a failure once, which a report of it does not add again', async () => {
    await test.apply([predictionEvent('opened', 40)]);
    const name = { ...pump, machineType: 'pump' };
    const atMs = Date.parse('2026-03-01T10:29:00Z');
    for (let i = 0; i < 2; i++) await test.now.outcomes.addFailure(name, atMs, word('missed'));
    await test.apply([lifecycleEvent('failed', 30)]);
    expect(said()).toEqual(['failure missed', 'warning unknown inferred']);
    await expect(test.now.outcomes.addFailure(name, atMs + 60_000, word('missed'))).rejects.toMatchObject({
      code: 'OUTCOME_REFUSED',
    });
    expect(all()).toHaveLength(2);
  });

  it('that does not fit, or is about nothing known, changes nothing', async () => {
    await test.apply([predictionEvent('opened', 1), lifecycleEvent('failed', 30)]);
    const { outcomes } = test.now;
    for (const [id, verdict, code] of [
      ['p-1', 'missed', 'OUTCOME_REFUSED'],
      [failure().id, 'false-alarm', 'OUTCOME_REFUSED'],
      ['p-7', 'confirmed', 'OUTCOME_UNKNOWN'],
    ] as const)
      await expect(outcomes.say(id, word(verdict))).rejects.toMatchObject({ code });
    await expect(outcomes.say('p-1', word('planned'), 'south')).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    expect(said()).toEqual(['failure confirmed inferred', 'warning confirmed inferred']);
  });
});

describe('the table', () => {
  it('keeps so many of a machine, and what people have said longest; beyond the limit the oldest go', async () => {
    await test.reopen({ outcomesMax: 250 });
    const opened = (n: number, more = {}) => {
      const id = `p-${String(n).padStart(3, '0')}`;
      const event = predictionEvent('opened', 0, { predictionId: id, ...more });
      return [
        { ...event, id: `o-${n}` },
        { ...predictionEvent('resolved', 1, { predictionId: id, ...more }), id: `r-${n}` },
      ];
    };
    await test.apply(opened(0));
    await test.now.outcomes.say('p-000', word('confirmed'));
    for (let n = 1; n < ofMachineMax + 10; n++) await test.apply(opened(n));
    expect(all()).toHaveLength(ofMachineMax);
    expect(test.now.outcomes.of('north', 'p-000')?.verdict).toBe('confirmed');
    for (let n = 300; n < 360; n++) await test.apply(opened(n, { machine: `pump-${n}` }));
    expect(all().length).toBeLessThanOrEqual(250);
    expect(test.now.outcomes.of('north', 'p-359')).toBeDefined();
  });

  it('follows a machine to its new name, and is erased with it', async () => {
    await test.apply([predictionEvent('opened', 1), lifecycleEvent('failed', 30)]);
    const moved = { ...pump, machine: 'pump-9' };
    await test.now.retirement.rename([[pump, moved]]);
    expect(all().map(({ machine }) => machine)).toEqual(['pump-9', 'pump-9']);
    await test.now.retirement.retire([moved]);
    expect(all()).toHaveLength(2);
    await test.now.retirement.erase([moved]);
    expect(all()).toEqual([]);
  });

  it('takes over, once, what an earlier version has kept', async () => {
    await test.apply([
      predictionEvent('opened', 1),
      lifecycleEvent('failed', 30),
      lifecycleEvent('replaced', 31),
    ]);
    await test.apply([lifecycleEvent('failed', 50)]);
    const before = said();
    const { store } = test.now as unknown as { store: Store };
    await store.transaction(() => {
      const table = store.table('outcomes');
      for (const key of [...table.getKeys()]) table.remove(key);
      store.table('format').remove('outcomes');
    });
    for (let i = 0; i < 2; i++) {
      await test.reopen();
      await test.now.audit.add({ atMs: 0, action: '', subject: '', by: 'token', address: '', outcome: null });
      expect(said()).toEqual(before);
    }
    expect(before).toEqual([
      'failure confirmed inferred',
      'failure missed inferred',
      'warning confirmed inferred',
    ]);
  });

  it('is undone with the rest of a change that fails', async () => {
    const broken = { ...lifecycleEvent('failed', 2), time: 'never' };
    Object.defineProperty(broken, 'source', {
      get: () => {
        throw new Error('broken');
      },
    });
    await expect(test.apply([predictionEvent('opened', 1), broken])).rejects.toThrow('broken');
    expect(all()).toEqual([]);
  });
});
