/** Watchers: who gets which lines, and how many; and that nothing is made for nobody. */
import { expect, it, vi } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { matcherOfFilter } from '../decode/topic-pattern.ts';
import type { WatchedLine } from '../ports/onboarding/watching.ts';
import { Watchers } from './watchers.ts';

const line = (): WatchedLine => ({ atMs: 1, topic: 't', client: 'c', outcome: 'stored' });

function started() {
  const clock = manualClock();
  return { clock, watchers: new Watchers({ clock, filter: matcherOfFilter }) };
}

it('gives a watcher what its filter names, by topic or by machine, and makes no line for others', () => {
  const { watchers } = started();
  expect(watchers.isOn).toBe(false);
  const id = watchers.open('hall/#');
  const make = vi.fn(line);
  watchers.note({ topic: 'telemetry/hall/a', machine: 'hall/a' }, make);
  watchers.note({ topic: 'hall/x', machine: null }, make);
  watchers.note({ topic: 'telemetry/attic/a', machine: 'attic/a' }, make);
  watchers.note({ topic: 'telemetry/hall/a', machine: null }, make);
  expect(make).toHaveBeenCalledTimes(2);
  expect(watchers.take(id)).toMatchObject({ lost: 0, lines: [{}, {}] });
  expect(watchers.take(id)).toEqual({ lost: 0, lines: [] });
  watchers.close(id);
  expect(watchers.isOn).toBe(false);
  expect(watchers.take(id)).toBeNull();
});

it('counts what is too much for a watcher, and goes on with it later', async () => {
  const { watchers, clock } = started();
  const id = watchers.open('#');
  for (let i = 0; i < 1_000; i++) watchers.note({ topic: 't', machine: null }, line);
  expect(watchers.take(id)).toMatchObject({ lost: 800, lines: { length: 200 } });
  await clock.advance(1_000);
  for (let i = 0; i < 60; i++) watchers.note({ topic: 't', machine: null }, line);
  expect(watchers.take(id)).toMatchObject({ lost: 10, lines: { length: 50 } });
});

it('keeps no more lines than may wait for one that does not fetch, and forgets it in the end', async () => {
  const { watchers, clock } = started();
  const id = watchers.open('#');
  for (let second = 0; second < 29; second++) {
    for (let i = 0; i < 60; i++) watchers.note({ topic: 't', machine: null }, line);
    await clock.advance(1_000);
  }
  expect(watchers.take(id)).toMatchObject({ lost: 29 * 60 - 500, lines: { length: 500 } });
  await clock.advance(30_001);
  watchers.note({ topic: 't', machine: null }, line);
  expect(watchers.isOn).toBe(false);
  expect(watchers.take(id)).toBeNull();
});

it('refuses what is not a filter, and too many watchers; those that were left alone make room', async () => {
  const { watchers, clock } = started();
  expect(() => watchers.open('hall/#/x')).toThrow(expect.objectContaining({ code: 'WATCH_FILTER' }));
  for (let i = 0; i < 4; i++) watchers.open('#');
  expect(() => watchers.open('#')).toThrow(expect.objectContaining({ code: 'WATCH_FULL' }));
  await clock.advance(30_001);
  expect(watchers.open('#')).toBeGreaterThan(0);
});
