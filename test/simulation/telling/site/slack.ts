import type { Process } from '../../world/world.ts';

/** Timers as long as those of loops, which look for what may be due, fire at whole multiples of this, as on a busy computer. */
const loopMsMin = 900;
const slackMs = 5_000;

/** Makes the loops of a process look less often than once a second, which takes most of the time else and decides nothing. */
export function slack(process: Process): Process {
  const { clock } = process;
  const exact = clock.setTimer.bind(clock);
  clock.setTimer = (delayMs, fn) => {
    if (delayMs < loopMsMin) return exact(delayMs, fn);
    const nowMs = clock.monotonicMs();
    return exact(Math.ceil((nowMs + delayMs) / slackMs) * slackMs - nowMs, fn);
  };
  return process;
}
