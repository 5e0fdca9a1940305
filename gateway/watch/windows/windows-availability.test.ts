/** Notes between the rows: whether devices are there, and refused values of machines that have only begun to send. */
import { describe, expect, it } from 'vitest';
import { silenceBench } from '../silence/silence.testing.ts';
import { alertInput } from './watched-machine.ts';
import { batch, named, newWindows } from './windows.testing.ts';

describe('a device that says it is offline', () => {
  it('does so between rows: a reading after it ends it, one before it does not', async () => {
    for (const [row, isSilent] of [
      [1, false],
      [2, true],
    ] as const) {
      const { silence, clock, told } = silenceBench();
      const { windows } = newWindows({ hearings: silence, clock });
      const nowMs = clock.nowMs();
      const availability = [{ machineIndex: 0, row, isOnline: false }];
      const rows = [0, 1].map((i): [number, number, number] => [0, nowMs + i, i]);
      windows.add(batch(rows, { newMachines: named('m'), availability }));
      await clock.advance(2_000);
      expect(told.at(-1)?.silence).toMatchObject({ isSilent, isOffline: isSilent });
    }
  });

  it('is known also before it has sent a reading, and with refused values around', async () => {
    const { silence, clock, told } = silenceBench();
    const { windows } = newWindows({ hearings: silence, clock });
    const refused = [{ machineIndex: 0, column: 0, row: 0, value: 99, isBeyondAlarm: false }];
    const availability = [{ machineIndex: 0, row: 0, isOnline: false }];
    windows.add(batch([], { newMachines: named('m'), refused, availability }));
    await clock.advance(2_000);
    expect(told.at(-1)?.silence).toMatchObject({ isSilent: true, isOffline: true });
  });
});

it('a refused value is due at once, and so is that it is well again, before the window is full', () => {
  const { windows, clock } = newWindows();
  const refused = [{ machineIndex: 0, column: 0, row: 1, value: 99, isBeyondAlarm: false }];
  expect(windows.add(batch([[0, 0, Number.NaN, 1]], { newMachines: named('m'), refused }))).toBe(true);
  const taken = windows.take(1);
  expect(taken.map(alertInput)).toMatchObject([{ isShort: true, faults: [{ value: 99 }] }]);
  windows.release(taken);
  clock.advanceNow(1_000);
  windows.add(batch([[0, 1, 1, 1]]));
  const [well] = windows.take(1).map(alertInput);
  expect(well).toMatchObject({ isShort: true });
  expect(well).toMatchObject({ faults: undefined });
});
