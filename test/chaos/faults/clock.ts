/** Jumps of the wall clock of one process at a time. The sensors' clock stays right. */

import { statusOf } from '../observe/reported.ts';
import { metricOf } from '../observe/watch.ts';
import { eventually, type Fault, pause, seconds } from './fault.ts';

const dayMs = 86_400_000;
const jumpsMs = [-dayMs, -3_600_000, -600_000, -30_000, -1_500, 1_500, 30_000, 600_000, 3_600_000, dayMs];
/** Further than devices' times are believed, than dead letters are kept, and to the end of 32 bits of seconds. */
const farJumpsMs = () => [91 * dayMs, Date.UTC(2038, 0, 19, 3, 14, 8) - Date.now()];
/** Default of the gateway's configuration: how far ahead of its clock a device's may be. */
const aheadMsMax = 300_000;

function clockJump(which: 'gateway' | 'cloud', isFar: boolean): Fault {
  return {
    kind: `${which}-clock-jumps${isFar ? '-far' : ''}`,
    target: which,
    plan(draw) {
      const [offsetMs, forMs] = [draw.pick(isFar ? farJumpsMs() : jumpsMs), draw.int(1_500, 4_000)];
      const restarts = draw.chance(0.3);
      return {
        text:
          `the clock of the ${which} jumps by ${offsetMs / 1_000} s, and back after ${seconds(forMs)}` +
          (restarts ? '; it is killed and started in between' : ''),
        async run({ site, allow }) {
          // Sensors then seem to be further ahead or behind than is accepted, and the gateway's own time is used.
          if (which === 'gateway') allow(isFar || offsetMs < -aheadMsMax ? 'disorder' : 'disorder-untimed');
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

/** A board without a battery: its clock starts at 1970, and jumps to the real time when the network is available. */
const unset: Fault = {
  kind: 'gateway-clock-unset',
  target: 'gateway',
  plan(draw) {
    const forMs = draw.int(2_000, 5_000);
    // The time differs, so that no two starts have the same.
    const bootMs = draw.int(0, 10 * 365 * 86_400_000);
    return {
      text: `kill -9 gateway, start it with its clock at ${new Date(bootMs).toISOString()}, which is set after ${seconds(forMs)}`,
      async run({ site, allow, expect }) {
        const { gateway } = site;
        allow('torn-tail', 'disorder-untimed');
        await gateway.kill9();
        const mark = gateway.lastLog;
        site.order('gateway', { clockOffsetMs: bootMs - Date.now() });
        let known: number | null = null;
        try {
          await gateway.start();
          await eventually(async () => {
            known = await metricOf(gateway.process, 'harbinger_clock_set');
            return known === null ? 'no answer' : null;
          });
          await pause(forMs);
        } finally {
          site.order('gateway', { clockOffsetMs: 0 });
        }
        expect(
          'gateway: logs that its clock was not set, and that it is; uses the devices’ times meanwhile',
          () =>
            eventually(async () => {
              const logged = (words: string) =>
                gateway.logsSince(mark).some(({ text }) => text.includes(words));
              if (known !== 0) return `harbinger_clock_set was ${known}`;
              if (!logged('the system clock is not set') || !logged('the system clock is set now'))
                return 'its log does not say so';
              const { timesOutOfBounds } = (await statusOf(site)).placement;
              if (timesOutOfBounds > 0) return `${timesOutOfBounds} times of devices were not believed`;
              return (await metricOf(gateway.process, 'harbinger_clock_set')) === 1 ? null : 'still not set';
            }),
        );
      },
    };
  },
};

export const clockFaults: Fault[] = [
  ...[false, true].flatMap((isFar) => [clockJump('gateway', isFar), clockJump('cloud', isFar)]),
  unset,
];
