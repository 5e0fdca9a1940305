import { type ClockJump, JumpedClock } from '../../../shared/bounds/jumped-clock.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { durationText } from '../../../shared/words/times.ts';
import type { TimeBounds } from '../../decode/identity/time-bounds.ts';

const texts: Record<ClockJump['kind'], string> = {
  jumped:
    'the clock of this computer has jumped, or it was asleep: for an hour, times of devices are believed that fit the clock as it was or as it is; readings without a time of their own have the time of the clock as it is',
  back: 'the clock of this computer is back where it was before it jumped; readings without a time of their own that came meanwhile have a wrong one',
  confirmed: 'the clock of this computer has kept the time to which it jumped for an hour, and is believed',
};

/** The facts about the gateway's clock by which times of devices are judged. */
export function clockKnowledge(
  clock: Clock,
  log: Log,
): { bounds: Pick<TimeBounds, 'isClockSet' | 'jumpedMs'>; stop(): void } {
  const jumped = new JumpedClock(clock, ({ kind, byMs }) => {
    const facts = {
      way: byMs > 0 ? 'forwards' : 'back',
      by: durationText(Math.abs(byMs)),
      byMs: Math.round(byMs),
    };
    if (kind === 'jumped') log.warn(facts, texts[kind]);
    else log.info(facts, texts[kind]);
  });
  jumped.start();
  const isSet = clock.isSet ? { isClockSet: () => clock.isSet?.() !== false } : {};
  return { bounds: { ...isSet, jumpedMs: () => jumped.byMs }, stop: () => jumped.stop() };
}
