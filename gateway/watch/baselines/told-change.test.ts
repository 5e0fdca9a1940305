import { expect, it, vi } from 'vitest';
import type { UsualRange } from '../usual-range/usual-range.ts';
import { BehaviourWatch } from './behaviour.ts';

const minuteMs = 60_000;
const usual = { score: () => 0, firstTime: () => null, beyond: () => [] } as unknown as UsualRange;

/** A machine that has changed, as its relations of before say: its second sensor is beyond them, and what follows it explains that. */
function changed(more: object = {}) {
  const watch = new BehaviourWatch(2);
  const relations = {
    ...{
      state: 'changed',
      isBeyondKept: true,
      asBefore: null,
      sensors: 2,
      ratio: 0.4,
      ratioOf: () => 0.4,
      moved: () => () => false,
    },
    ratioBefore: (sensor: number) => (sensor === 1 ? 1.5 : 0.2),
    expected: () => null,
    expectedBefore: () => ({ now: 82, value: 90, low: 87, high: 93 }),
    learning: null,
    signature: () => null,
    changedMs: 0,
    ...more,
  };
  vi.spyOn(watch as unknown as { relations: unknown }, 'relations', 'get').mockReturnValue(relations);
  return watch;
}

it('a change that nobody was told of opens an alert, names its sensor, and then only keeps the alert open', () => {
  const watch = changed();
  const scores = Array.from({ length: 60 }, (_, minute) => {
    watch.followEpisodes(usual, Date.UTC(2026, 0, 5) + minute * minuteMs);
    if (minute === 2) expect(watch.beyond()).toMatchObject([{ column: 1, level: 82, low: 87, high: 93 }]);
    return watch.unusual(usual, 0).score;
  });
  expect(scores.slice(0, 5)).toEqual([0.65, 0.65, 0.65, 0.65, 0.65]);
  expect(scores.slice(30).every((score) => score === 0.525)).toBe(true);
  expect(watch.beyond()).toEqual([]);
});

it.each([
  { hours: 20, score: 0.525, state: 'changed' },
  { hours: 24, score: 0, state: 'normal' },
])('a change that has not shown itself for $hours h of running scores $score', ({ hours, score, state }) => {
  const asBefore = { forMs: hours * 60 * minuteMs, needsMs: 14 * 24 * 60 * minuteMs };
  const watch = changed({ asBefore, isBeyondKept: false, ratioBefore: () => 0.1 });
  for (let minute = 0; minute < 60; minute++) watch.followEpisodes(usual, minute * minuteMs);
  expect(watch.unusual(usual, 0).score).toBe(score);
  expect(watch.now().state).toBe(state);
});

it('what has changed comes with the sensor that shows most, and after how long it is over', () => {
  const asBefore = { forMs: 0, needsMs: 14 * 24 * 60 * minuteMs };
  const watch = changed({ asBefore });
  watch.followEpisodes(usual, 0);
  const most = { column: 1, level: 82, low: 87, high: 93 };
  expect(watch.now()).toMatchObject({ state: 'changed', endsAfterMs: 24 * 60 * minuteMs, most });
  const isBack = changed({ asBefore, ratioBefore: () => 0.1, signature: () => [0.4, -2] });
  expect(isBack.now()).toMatchObject({ most });
});

it.each([
  [true, 0.525],
  [false, 0],
])(
  'what relations have got used to, while it is beyond those of before: %s, scores %d',
  (isBeyondKept, score) => {
    const watch = new BehaviourWatch(2);
    const relations = { state: 'normal', ratio: 0.4, isBeyondKept };
    vi.spyOn(watch as unknown as { relations: unknown }, 'relations', 'get').mockReturnValue(relations);
    expect(watch.unusual(usual, 0).score).toBe(score);
  },
);
