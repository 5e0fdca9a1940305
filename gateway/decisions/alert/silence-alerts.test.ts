/** The silence of a machine as an alert: alone, beside others, after a failure, and over a restart. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timeText } from '../../../shared/words/times.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const heardMs = () => bench.clock.nowMs() - 120_000;
function silence(isSilent: boolean, isOffline = false, isByWord = false): Partial<AlertInput> {
  const lastHeardMs = isSilent || isByWord ? heardMs() : bench.clock.nowMs();
  const found = { isSilent, isOffline, lastHeardMs, allowedMs: 60_000, ...(isByWord && { isByWord }) };
  return { silence: found, isShort: true, window: new Float32Array(0), rows: 0 };
}
const beyond = (): Partial<AlertInput> => {
  const met = { side: 'high', severity: 'critical', at: 9, backAt: 8.5, sinceMs: heardMs() } as const;
  return { limits: [{ sensor: 'vibration', value: 9.5, met, mayBe: null }] };
};
const counts = () => [bench.opened().length, bench.updated().length, bench.resolved().length];

describe('a silent machine', () => {
  it('is a warning, with its record, is told once, and ends when it is heard', async () => {
    const decision = await bench.started();
    const since = timeText(heardMs(), bench.clock.nowMs());
    await bench.evaluate(decision, 500, 3, silence(true));
    expect(bench.opened()).toMatchObject([
      {
        data: {
          ...{ failureMode: 'silent', severity: 'warning' },
          reasons: [`No reading since ${since}, for 2 min; one is expected at least every 60 s`],
        },
      },
    ]);
    expect(bench.records()[0]!.data.inputs).toMatchObject({ rows: 0, silence: { isSilent: true } });
    expect(bench.state.estimates).toEqual([]);
    await bench.evaluate(decision, 500, 3, silence(false));
    expect(bench.resolved()).toMatchObject([{ data: { reasons: ['Readings come again'] } }]);
    expect(counts()).toEqual([1, 0, 1]);
  });

  it('does not say that readings come again if only its device says that it is online', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 3, silence(true, true));
    await bench.evaluate(decision, 500, 3, silence(false, false, true));
    const reasons = ['Its device says that it is online; no reading has come yet'];
    expect(bench.resolved()).toMatchObject([{ data: { reasons } }]);
  });

  it('is waited for from its alert on, over a restart and as long as that may return, and others are not', async () => {
    let decision = await bench.started();
    const isAwaited = () => decision.awaitsHearing('lab', 'p1');
    await bench.evaluate(decision, 500, 3, silence(false));
    expect([isAwaited(), decision.awaitsHearing('lab', 'other')]).toEqual([false, false]);
    await bench.evaluate(decision, 500, 1, silence(true));
    expect(isAwaited()).toBe(true);
    await decision.stop();
    decision = await bench.started();
    expect(isAwaited()).toBe(true);
    await bench.evaluate(decision, 500, 1, silence(false));
    expect([counts(), isAwaited()]).toEqual([[1, 0, 1], true]);
    await bench.clock.advance(7 * 86_400_000);
    await bench.evaluate(decision, 500, 1, silence(false));
    expect(isAwaited()).toBe(false);
  });

  it('whose device says that it is offline is told so', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 1, silence(true, true));
    expect(bench.opened()[0]!.data.reasons[0]).toBe('Its device says that it is offline');
  });

  it('whose type watches for silence no longer after a restart has its alert ended by its next readings', async () => {
    let decision = await bench.started();
    await bench.evaluate(decision, 500, 1, silence(true));
    await decision.stop();
    decision = await bench.started();
    const { machine } = bench.input();
    const unwatched = { machine: { ...machine, type: { ...machine.type, silentAfterMs: 0 } } };
    await bench.evaluate(decision, 500, 1, unwatched);
    expect(bench.resolved()).toMatchObject([
      { data: { failureMode: 'silent', reasons: ['Machine type pump no longer watches for silence'] } },
    ]);
    expect(decision.open()).toEqual([]);
    await bench.evaluate(decision, 500, 1, silence(true));
    expect(counts()).toEqual([2, 0, 1]);
  });

  it('is not ended by an input from its window, which may be older', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 1, silence(true));
    await bench.evaluate(decision, 500, 30);
    expect(counts()).toEqual([1, 0, 0]);
  });
});

describe('a machine that is silent again within a week', () => {
  const now = () => bench.state.now.map(({ data }) => [data.failureMode, data.heardSince !== undefined]);

  it('says at once that it is heard, and that it is silent once more, in the one alert that is open', async () => {
    let decision = await bench.started({ sampleMs: 0, nowMsMin: 0 });
    for (const isSilent of [true, false, true]) await bench.evaluate(decision, 500, 1, silence(isSilent));
    expect([counts(), now()]).toEqual([[2, 0, 1], []]);
    await bench.evaluate(decision, 500, 1, silence(false));
    const heardSince = new Date(bench.clock.nowMs()).toISOString();
    expect(bench.state.now.at(-1)!.data).toMatchObject({
      heardSince,
      reasons: [
        expect.stringMatching(
          /^It is heard again since [\d:]+ \S+; as its silence has come back once before, this alert ends at /,
        ),
      ],
    });
    await bench.evaluate(decision, 500, 5, silence(false));
    await decision.stop();
    decision = await bench.started({ sampleMs: 0, nowMsMin: 0 });
    await bench.evaluate(decision, 500, 1, silence(true));
    expect(now()).toEqual([
      ['silent', true],
      ['silent', false],
    ]);
    expect(bench.state.now.at(-1)!.data.reasons[0]).toMatch(/^No reading since /);
    expect(counts()).toEqual([2, 0, 1]);
  });

  it('says it again with later inputs about its silence, and with no others', async () => {
    const decision = await bench.started({ sampleMs: 0, nowMsMin: 10_000 });
    for (const isSilent of [true, false, true, false])
      await bench.evaluate(decision, 500, 1, silence(isSilent));
    await bench.evaluate(decision, 500, 20);
    expect(now()).toEqual([['silent', true]]);
    await bench.evaluate(decision, 500, 1, silence(false));
    expect(now()).toEqual([
      ['silent', true],
      ['silent', true],
    ]);
  });
});

describe('the other alerts of a silent machine', () => {
  it('neither end nor change, say once that nothing is known, and go on with what is known then', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 500, 1, beyond());
    await bench.evaluate(decision, 500, 20, silence(true));
    expect(counts()).toEqual([2, 1, 0]);
    expect(bench.updated()[0]!.data).toMatchObject({ failureMode: 'limit', severity: 'critical' });
    // Nobody is told of each of them who hears of the silence: the alert about that names them.
    expect(bench.updated()[0]!.data).toMatchObject({ isNews: false, isSilenceOf: true });
    const named = 'Whether this still holds is not known: sensor beyond its limit';
    expect(bench.opened()[1]!.data.reasons.at(-1)).toBe(named);
    expect(bench.updated()[0]!.data.reasons).toEqual([
      // The text names the sensor.
      expect.stringMatching(/^vibration 9.5 mm\/s, above the alarm limit of 9 mm\/s for 1 s \(since .+\)$/),
      expect.stringMatching(/^No data since \d\d:\d\d:\d\d \S+, so whether this still holds is not known$/),
    ]);
    await bench.evaluate(decision, 500, 1, silence(false));
    await bench.evaluate(decision, 500, 5, beyond());
    expect(bench.updated().at(-1)!.data.reasons[0]).toMatch(/^vibration 9.5 mm\/s, above the alarm limit/);
    expect(bench.updated().at(-1)!.data).toMatchObject({ isNews: false, isSilenceOf: true });
    expect(bench.resolved()[0]!.data.reasons).toEqual([
      'Readings come again',
      'Still open: sensor beyond its limit',
    ]);
    expect(counts()).toEqual([2, 2, 1]);
    await bench.evaluate(decision, 500, 1);
    expect(counts()).toEqual([2, 2, 2]);
  });

  it('say so once, also if the gateway restarts meanwhile', async () => {
    let decision = await bench.started();
    await bench.evaluate(decision, 500, 1, beyond());
    await bench.evaluate(decision, 500, 1, silence(true));
    await decision.stop();
    decision = await bench.started();
    await bench.evaluate(decision, 500, 3, silence(true));
    expect(counts()).toEqual([2, 1, 0]);
    await bench.evaluate(decision, 500, 1, silence(false));
    await bench.evaluate(decision, 500, 1, beyond());
    expect(counts()).toEqual([2, 2, 1]);
  });
});

describe('a machine that', () => {
  it('failed raises none, until it was heard again after its silence; also over a restart', async () => {
    let decision = await bench.started();
    const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
    await bench.evaluate(decision, 500, 1);
    await decision.lifecycle({ state: 'failed', about, atMs: bench.clock.nowMs() });
    await bench.evaluate(decision, 500, 1, silence(false));
    for (let i = 0; i < 2; i++) {
      await bench.evaluate(decision, 500, 2, silence(true));
      await decision.stop();
      decision = await bench.started();
    }
    expect(counts()).toEqual([0, 0, 0]);
    await bench.evaluate(decision, 500, 1, silence(false));
    await bench.evaluate(decision, 500, 1, silence(true));
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('fails or is replaced while it is silent ends that, and is told of when it is silent again', async () => {
    for (const state of ['failed', 'replaced'] as const) {
      const decision = await bench.started();
      const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
      const before = bench.resolved().length;
      await bench.evaluate(decision, 500, 1, silence(true));
      await decision.lifecycle({ state, about, atMs: bench.clock.nowMs() });
      await bench.evaluate(decision, 500, 5, silence(true));
      expect(bench.resolved().length).toBe(before + 1);
      expect(decision.open()).toEqual([]);
      await bench.evaluate(decision, 500, 1, silence(false));
      await bench.evaluate(decision, 500, 1, silence(true));
      expect(decision.open()).toHaveLength(1);
      await bench.evaluate(decision, 500, 1, silence(false));
      await decision.stop();
    }
  });
});
