import { expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { DampingSaves } from './damping-saves.ts';

const hourMs = 3_600_000;

/** Runs for some hours with a decision every ten seconds, and counts what is saved. */
async function savesIn(hours: number, note: (second: number, saves: DampingSaves) => void): Promise<number> {
  const clock = manualClock();
  let count = 0;
  const save = () => {
    count++;
    saves.saved();
  };
  const saves = new DampingSaves(clock, save);
  for (let second = 0; second < hours * 3_600; second += 10) {
    note(second, saves);
    if (saves.isDue()) save();
    await clock.advance(10_000);
  }
  saves.stop();
  return count;
}

it('saves an end that waits for hours twice an hour', async () => {
  const count = await savesIn(10, (_, saves) => saves.note('looked'));
  expect(count).toBeGreaterThan(10);
  expect(count).toBeLessThanOrEqual(21);
});

it('saves a cause that comes and goes for hours once a minute, and one that changes now and then at once', async () => {
  const chatters = await savesIn(10, (_, saves) => saves.note('changed'));
  expect(chatters).toBeGreaterThan(300);
  expect(chatters).toBeLessThanOrEqual(610);
  const changes = await savesIn(10, (second, saves) => {
    if (second % 600 === 0) saves.note('changed');
  });
  expect(changes).toBe((10 * hourMs) / 600_000);
});

it('saves a change although no further decision comes', async () => {
  const clock = manualClock();
  let count = 0;
  const saves = new DampingSaves(clock, () => {
    count++;
    saves.saved();
  });
  saves.saved();
  saves.note('changed');
  expect(saves.isDue()).toBe(false);
  await clock.advance(1_000);
  expect(count).toBe(1);
});
