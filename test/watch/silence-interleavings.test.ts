/** Silence and the alert decision together: whatever happens in whatever order, nothing stays stuck or is told twice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alertBench } from '../../gateway/decisions/alert/alert-bench.testing.ts';
import type { AlertInput } from '../../gateway/ports/decision.ts';
import type { SavedHearing } from '../../gateway/watch/silence/hearing.ts';
import { quietType } from '../../gateway/watch/silence/silence.testing.ts';
import { Silence } from '../../gateway/watch/silence/silence.ts';
import { silentLog } from '../../shared/runtime/log.ts';

const allowedMs = 10_000;
/** Returns are damped for so long at most that the readings at the end of each run outlast it. */
const flapping = { returnMs: 3_600_000, holdMs: 10_000, holdMsMax: 60_000 };
const type = { ...quietType, silentAfterMs: allowedMs };
const identity = { site: 'lab', machine: 'p1', type };

const step = fc.oneof(
  fc.record({ do: fc.constant('reading' as const), ageMs: fc.constantFrom(0, 0, 0, 500, 3_600_000) }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1, 500, 9_000, 11_000, 12_100, 100_000),
  }),
  fc.record({
    do: fc.constantFrom('offline' as const, 'online' as const, 'row' as const, 'settle' as const),
  }),
  fc.record({ do: fc.constant('outbox' as const), isDown: fc.boolean() }),
  fc.record({ do: fc.constant('restart' as const), isKilled: fc.boolean() }),
);

async function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const bench = await alertBench();
  const { clock, state } = bench;
  const deciding = new Set<Promise<unknown>>();
  let decision = await bench.started({ flapping });
  let silence = start([]);
  let saved: SavedHearing[] = [];

  function start(restored: readonly SavedHearing[]): Silence {
    const bounds = { afterMsMin: 60_000, afterMsMax: 86_400_000 };
    const types = new Map([[type.name, type]]);
    const made = new Silence({ types, bounds, machinesMax: 9, batchMax: 4, clock, log: silentLog });
    made.restore(restored);
    made.start(decide, ({ site, machine }) => decision.awaitsHearing(site, machine));
    return made;
  }
  function decide(inputs: readonly AlertInput[]): Promise<unknown> {
    const done = decision.evaluate(inputs).finally(() => deciding.delete(done));
    deciding.add(done);
    return done;
  }
  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await clock.advance(1_100);
      await Promise.all(deciding);
    }
  }
  const reading = (ageMs: number) =>
    silence.heard(silence.of(identity)!, Math.floor(clock.monotonicMs()), clock.nowMs() - ageMs);

  reading(0);
  for (const one of steps) {
    if (one.do === 'reading') reading(one.ageMs);
    else if (one.do === 'wait') await clock.advance(one.ms);
    else if (one.do === 'settle') await settle();
    else if (one.do === 'outbox') state.outboxDown = one.isDown;
    else if (one.do === 'row') void decide([{ ...bench.input(), machine: identity }]);
    else if (one.do !== 'restart') silence.said(silence.of(identity)!, one.do === 'online');
    else {
      await Promise.all(deciding);
      if (!one.isKilled) saved = [...silence.saved()];
      await silence.stop();
      if (!one.isKilled) await decision.stop();
      decision = await bench.started({ flapping });
      silence = start(saved);
      // The journal's tail, which is read again, names the machine.
      silence.of(identity);
    }
  }
  state.outboxDown = false;
  return {
    bench,
    settle,
    reading,
    openSilences: () => decision.open().filter(({ failureMode }) => failureMode === 'silent').length,
    wait: async (ms: number) => {
      await clock.advance(ms);
      await settle();
    },
    end: async () => {
      await silence.stop();
      await Promise.all(deciding);
      await decision.stop();
      await bench.dispose();
    },
  };
}

it('a machine that sends in the end has no alert, one that does not has one, and each is told once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.boolean(), async (steps, sendsInTheEnd) => {
      const played = await play(steps);
      const { bench } = played;
      try {
        if (sendsInTheEnd)
          for (let i = 0; i < 40; i++) {
            await played.wait(5_000);
            played.reading(0);
          }
        else await played.wait(2 * 3_600_000);
        await played.settle();
        expect(played.openSilences()).toBe(sendsInTheEnd ? 0 : 1);
        // After a restart, events that may not have been sent are sent again, under the same ids.
        const events = new Map(bench.state.events.map((event) => [event.id, event]));
        const told = [...events.values()].flatMap(({ type: kind, data }) =>
          'failureMode' in data && data.failureMode === 'silent' ? [kind.split('.')[3]] : [],
        );
        expect(told).toEqual(told.map((_, i) => (i % 2 === 0 ? 'opened' : 'resolved')));
      } finally {
        await played.end();
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);
