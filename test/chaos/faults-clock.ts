/** Wall clocks that jump, of one process at a time; the sensors' clock stays right. */
import { type Fault, pause, seconds } from './fault.ts';

const jumpsMs = [
  -86_400_000, -3_600_000, -600_000, -30_000, -1_500, 1_500, 30_000, 600_000, 3_600_000, 86_400_000,
];
/** What the gateway's configuration says by default of how far ahead of it a device's clock may be. */
const aheadMsMax = 300_000;

function clockJump(which: 'gateway' | 'cloud'): Fault {
  return {
    kind: `${which}-clock-jumps`,
    target: which,
    weight: 2,
    plan(draw) {
      const [offsetMs, forMs] = [draw.pick(jumpsMs), draw.int(1_500, 4_000)];
      const restarts = draw.chance(0.3);
      return {
        text:
          `the clock of the ${which} jumps by ${offsetMs / 1_000} s, and back after ${seconds(forMs)}` +
          (restarts ? '; it is killed and started in between' : ''),
        async run({ site, allow }) {
          // Sensors then seem to be further ahead than is believed, and the gateway's own time is used.
          if (which === 'gateway') allow(offsetMs < -aheadMsMax ? 'disorder' : 'disorder-untimed');
          site.order(which, { clockOffsetMs: offsetMs });
          try {
            await pause(forMs / 2);
            if (restarts) {
              allow('torn-tail');
              await site[which].kill9();
              await site[which].start();
            }
            await pause(forMs / 2);
          } finally {
            site.order(which, { clockOffsetMs: 0 });
          }
        },
      };
    },
  };
}

export const clockFaults: Fault[] = [clockJump('gateway'), clockJump('cloud')];
