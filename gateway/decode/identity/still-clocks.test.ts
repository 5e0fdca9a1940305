/** Devices whose clock stands still get the time of arrival; those whose clock is coarse keep their own. */
import { beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../shared/runtime/log.ts';
import { checkReading } from '../contract.ts';
import { testMachines } from '../fixtures.testing.ts';
import { newRow } from '../row.ts';
import { assumedResends, CountsByMachine, stillClocks } from './counts-by-machine.ts';
import { ReadingIdentity } from './reading-identity.ts';
import { RecentReadings } from './recent-readings.ts';

const fromMs = 1_700_000_040_000;
const meter = testMachines().find('plant', 'meter-1');
const row = newRow();
let identity: ReadingIdentity;
let still: CountsByMachine;

beforeEach(() => {
  still = new CountsByMachine(silentLog, stillClocks);
  const bounds = { aheadMsMax: 60_000, behindMsMax: 86_400_000 };
  identity = new ReadingIdentity(new RecentReadings(1 << 13), bounds, {
    assumed: new CountsByMachine(silentLog, assumedResends),
    still,
  });
});

/** The time of a reading that arrives after so many seconds; null if it was taken for a resend. */
function send(second: number, deviceMs: number, flow: number, connection = 1): number | null {
  checkReading(meter, { flow }, row);
  const origin = { receivedMs: fromMs + 1_000 * second, resend: false, connection };
  const isStored = identity.assign(meter, { deviceTime: { ms: deviceMs, ns: 0 } }, row, origin);
  return isStored ? identity.ms : null;
}
const seconds = (count: number) => Array.from({ length: count }, (_, i) => i);

it('a clock that stands still is not believed any more after half a minute, and is named', () => {
  const times = seconds(60).map((second) => send(second, fromMs - 500, second % 7));
  expect(times.slice(0, 30).every((ms) => ms === fromMs - 500)).toBe(true);
  expect(times.slice(32)).toEqual(
    seconds(60)
      .slice(32)
      .map((second) => fromMs + 1_000 * second),
  );
  expect(still.ofMachines()).toMatchObject([{ machine: 'plant/meter-1' }]);
  // Resent readings are recognised, and a clock that goes on is believed.
  expect(send(61, fromMs - 500, 59 % 7, 2)).toBeNull();
  expect(send(62, fromMs + 61_500, 3)).toBe(fromMs + 61_500);
});

it('a clock of whole minutes keeps its own time once that is known', () => {
  const minuteOf = (second: number) => fromMs + 60_000 * Math.floor(second / 60) - 180_000;
  const times = seconds(600).map((second) => send(second, minuteOf(second), second % 7));
  expect(times.slice(60)).toEqual(seconds(600).slice(60).map(minuteOf));
});

it('a value that is sent again and again with the time at which it was measured is of that time', () => {
  const times = seconds(300).map((second) => send(second, fromMs - 500, 21.5));
  expect(times.every((ms) => ms === fromMs - 500)).toBe(true);
});

it('a burst of readings that share a time keeps it', () => {
  const times = seconds(400).map((i) => send(i / 100, fromMs - 7_200_000, i % 7));
  expect(times.every((ms) => ms === fromMs - 7_200_000)).toBe(true);
});
