/** The first start, from a blank disk to the first acknowledgement, and what the computer is then like. */
import { type Bench, secondsMax, shownPassword } from './bench.ts';
import type { Guest } from './guest.ts';

const exposureMax = 2;
const restSeconds = 60;

/**
 * Starts a computer for the first time and switches it off when both slots are filled. Returns the password of its sensor.
 * @param log gets all writes
 */
export async function firstBoot(bench: Bench, log: string, say: (text: string) => void): Promise<string> {
  const guest = bench.boot({ log });
  const startedMs = performance.now();
  const spent = () =>
    `${Math.round((performance.now() - startedMs) / 1_000)} s, ${guest.cpuSeconds.toFixed(0)} s of CPU of the emulator`;
  try {
    const password = await shownPassword(guest);
    say(`the settings are taken: ${spent()}`);
    await bench.acknowledged(guest, password);
    say(`the first reading is acknowledged: ${spent()}`);
    await guest.shows(/slot b has a copy of slot a/, secondsMax);
    say(`both slots are filled: ${spent()}`);
    await examined(guest, say);
    await guest.run('systemctl poweroff');
    await guest.ended(secondsMax);
    return password;
  } finally {
    await guest.cut();
  }
}

/** Checks what systemd says of the computer, under its own units. */
async function examined(guest: Guest, say: (text: string) => void): Promise<void> {
  const failed = await guest.can('systemctl --failed --no-legend', secondsMax);
  if (failed !== '') throw new Error(`units have failed: ${failed}`);
  const security = await guest.can(
    'systemd-analyze security --no-pager harbinger-gateway | tail -1',
    secondsMax,
  );
  const exposure = Number(/: ([\d.]+)/.exec(security)?.[1]);
  if (!(exposure < exposureMax)) throw new Error(`the gateway is exposed: ${security}`);
  say(`systemd-analyze security of the gateway that runs: ${exposure}`);
  say(`disks: ${(await guest.can(sizes, secondsMax)).replaceAll('\n', '; ')}`);
  say(`watchdogs: ${(await guest.can(watchdogs, secondsMax)).replaceAll('\n', '; ')}`);
  say(`at rest: ${(await guest.can(rest, secondsMax)).replaceAll('\n', '; ')}`);
}

const sizes = 'findmnt -no TARGET,OPTIONS,SIZE,USED / /var /boot';
const watchdogs =
  'systemctl show -P WatchdogUSec harbinger-gateway; systemctl show -P RuntimeWatchdogUSec; cat /sys/class/watchdog/watchdog0/identity';
const rest = `cpu() { systemctl show -P CPUUsageNSec harbinger-gateway; }
before=$(cpu); sleep ${restSeconds}; after=$(cpu)
echo "$(((after - before) / ${restSeconds}0000)) millionths of a core, emulated"
grep -E '^(Rss|Pss):' /proc/$(systemctl show -P MainPID harbinger-gateway)/smaps_rollup
free -m | sed -n 2p`;
