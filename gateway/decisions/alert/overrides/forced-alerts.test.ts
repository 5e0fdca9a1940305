/** Alerts that a person wants to be open: once over restarts, told with who and why, and ended with their document. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertBench } from '../alert-bench.testing.ts';
import type { AlertDecision } from '../alert-decision.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
let decision: AlertDecision;
beforeEach(async () => {
  bench = await alertBench();
  decision = await bench.started({ sampleMs: 0 });
});
afterEach(() => bench.dispose());

const forced = {
  ...{
    key: `overrides/alert:lab/p1-${'x'.repeat(120)}@gw-1`,
    version: 7,
    who: 'maria',
    why: 'loud bearing',
    askedMs: 5_000,
  },
  ...{
    untilMs: Date.UTC(2026, 5, 1),
    site: 'lab',
    machine: 'p1',
    machineType: 'pump',
    severity: 'critical' as const,
  },
};
const settled = () => decision.ended([]);
const ids = () => decision.open().map(({ predictionId }) => predictionId);

it('is opened at once, also for a machine that sends nothing, with who wants it, until when, and why', async () => {
  bench.overrides.force(forced);
  await settled();
  const until = '2026-06-01T00:00:00.000Z';
  expect(bench.opened()).toMatchObject([
    {
      subject: 'lab/p1',
      data: {
        ...{ failureMode: 'forced', severity: 'critical', machineType: 'pump', remainingLife: null },
        reasons: [`maria wants this alert until ${until}: loud bearing`],
      },
    },
  ]);
  expect(bench.records()).toMatchObject([
    { data: { mode: 'override', override: { by: 'maria', why: 'loud bearing', until }, subject: 'lab/p1' } },
  ]);
  expect(decision.stats().open).toEqual({ warning: 0, critical: 1 });
  const events = bench.state.events.map(({ id }) => id);
  expect(new Set(events).size).toBe(events.length);
});

it('goes on whatever is measured, beside the alerts of the machine, and ends when nobody wants it any more', async () => {
  bench.overrides.force(forced);
  await bench.evaluate(decision, 38, 3);
  await bench.evaluate(decision, 500, 5);
  const [id] = ids();
  expect(bench.opened().map(({ data }) => data.failureMode)).toEqual([
    'forced',
    expect.not.stringMatching('forced'),
  ]);
  expect(ids()).toHaveLength(1);
  bench.overrides.force();
  await settled();
  expect(bench.resolved().at(-1)?.data).toMatchObject({
    predictionId: id,
    reasons: expect.arrayContaining(['Nobody wants it any more']),
  });
  expect(ids()).toEqual([]);
});

async function restart(meanwhile: () => void = () => undefined): Promise<void> {
  await decision.stop();
  bench.state.events.length = 0;
  meanwhile();
  decision = await bench.started({ sampleMs: 0 });
  await settled();
}

it('is the same alert after a restart, and the cloud hears that it is open', async () => {
  bench.overrides.force(forced);
  await settled();
  const [id] = ids();
  await restart();
  expect(ids()).toEqual([id]);
  expect(bench.state.known.at(-1)).toEqual([id]);
  expect(bench.opened()).toEqual([]);
});

it('stays over after a restart, once a person has closed it', async () => {
  bench.overrides.force(forced);
  await settled();
  const closed = { by: 'ben', reason: 'looked at it', severity: 'critical' as const };
  await decision.ended([{ alertId: ids()[0]!, closed }]);
  await restart();
  expect(ids()).toEqual([]);
  expect(bench.opened()).toEqual([]);
});

it('is told as not muted any more where that ended while the gateway was off', async () => {
  bench.overrides.say({ mute: { key: 'overrides/x', version: 7, who: 'ben', why: 'trial' } });
  bench.overrides.force(forced);
  await settled();
  await restart(() => bench.overrides.say(null));
  expect(bench.updated().map(({ data }) => data.reasons[0])).toEqual([
    'Its machine is not muted any more, and it is still so',
  ]);
});

it('is told as over where its time ended while the gateway was off, with that as the reason', async () => {
  bench.overrides.force({ ...forced, untilMs: 1 });
  await settled();
  await restart(() => bench.overrides.force());
  expect(bench.resolved().map(({ data }) => data.reasons[0])).toEqual(['Its time is over']);
});

it('goes on where its machine was replaced before it was asked for', async () => {
  bench.overrides.force(forced);
  await settled();
  const about = { site: 'lab', machine: 'p1' };
  await decision.lifecycle({ state: 'replaced', about, atMs: forced.askedMs - 1 } as never);
  expect(ids()).toHaveLength(1);
});

it('does not come back after a person has closed it, or its machine has failed, unless it is asked for anew', async () => {
  bench.overrides.force(forced);
  await settled();
  const closed = { by: 'ben', reason: 'looked at it', severity: 'critical' as const };
  await decision.ended([{ alertId: ids()[0]!, closed }]);
  expect(bench.resolved().at(-1)?.data).toMatchObject({ outcome: 'closed', closed });
  bench.overrides.say(null);
  await settled();
  expect(ids()).toEqual([]);
  bench.overrides.force({ ...forced, version: 8 });
  await settled();
  expect(ids()).toHaveLength(1);
  await decision.lifecycle({ state: 'failed', about: { site: 'lab', machine: 'p1' }, atMs: 9_000 } as never);
  expect(bench.resolved().at(-1)?.data).toMatchObject({ outcome: 'failed' });
  await settled();
  expect(ids()).toEqual([]);
});

it('nobody is told of it while its machine is muted', async () => {
  bench.overrides.say({ mute: { key: 'overrides/x', version: 7, who: 'ben', why: 'trial' } });
  bench.overrides.force(forced);
  await settled();
  expect(bench.opened()[0]?.data.muted).toMatchObject({ by: 'ben' });
  expect(bench.updated()).toEqual([]);
});
