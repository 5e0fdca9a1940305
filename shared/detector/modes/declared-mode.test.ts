import { expect, it } from 'vitest';
import { DeclaredMode } from './declared-mode.ts';

const minuteMs = 60_000;

function run(mode: DeclaredMode, codes: readonly number[], fromMinute = 0): void {
  codes.forEach((code, i) => {
    mode.take(code, (fromMinute + i) * minuteMs);
  });
}
const times = (count: number, code: number) => Array.from({ length: count }, () => code);

it('is what the sensor says, since it says so, over rows that do not say it and over a restart', () => {
  const mode = new DeclaredMode();
  expect(mode.now()).toBeNull();
  expect(mode.save()).toBeNull();
  run(mode, [...times(30, 1), Number.NaN, ...times(10, 2), Number.NaN, 2]);
  expect(mode.now()).toEqual({ code: 2, sinceMs: 31 * minuteMs, isNew: false });
  const resumed = DeclaredMode.restored(JSON.parse(JSON.stringify(mode.save())));
  run(resumed, [2, 2], 43);
  expect(resumed.now()).toEqual(mode.now());
});

it('does not claim to know what it was while nothing was heard', () => {
  const mode = new DeclaredMode();
  run(mode, times(30, 1));
  run(mode, times(3, 1), 400);
  expect(mode.now()?.sinceMs).toBe(400 * minuteMs);
  run(mode, times(3, 1), 10);
  expect(mode.now()?.sinceMs).toBe(10 * minuteMs);
});

it('is new for two hours if it comes for the first time after a day', () => {
  const mode = new DeclaredMode();
  run(mode, [...times(700, 1), ...times(900, 2)]);
  expect(mode.now()?.isNew).toBe(false);
  run(mode, times(119, 3), 1_600);
  expect(mode.now()).toMatchObject({ code: 3, isNew: true });
  run(mode, times(5, 3), 1_719);
  expect(mode.now()).toMatchObject({ code: 3, isNew: false });
  run(mode, [1, 3], 1_800);
  expect(mode.now()).toMatchObject({ code: 3, isNew: false });
});

it('is not news where new ones are usual: recipes, and numbers of orders', () => {
  for (const codeAt of [
    (minute: number) => Math.floor(minute / 180) % 40,
    (minute: number) => 10_000 + Math.floor(minute / 240),
  ]) {
    const mode = new DeclaredMode();
    const news = new Set<number>();
    for (let minute = 0; minute < 40 * 1_440; minute++) {
      mode.take(codeAt(minute), minute * minuteMs);
      if (mode.now()!.isNew) news.add(codeAt(minute));
      if (minute % 1_000 === 0) expect(DeclaredMode.restored(mode.save()!).now()).toEqual(mode.now());
    }
    expect(news.size).toBeLessThanOrEqual(3);
    expect(JSON.stringify(mode.save()).length).toBeLessThan(2_500);
  }
});

it('is news again after some weeks in which there was none', () => {
  const mode = new DeclaredMode();
  for (let minute = 0; minute < 60 * 1_440; minute++)
    mode.take(
      minute < 5 * 1_440 ? Math.floor(minute / 180) : Math.floor(minute / 180) % 5,
      minute * minuteMs,
    );
  run(mode, [99], 60 * 1_440);
  expect(mode.now()).toMatchObject({ code: 99, isNew: true });
});
