import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { HarbingerEvent } from '../contract/events.ts';
import { nextTurn } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { seededRandom } from '../runtime/random.ts';
import type { Condition } from './conditions.ts';
import { ConditionEvaluator, type ConditionsOptions } from './evaluator.ts';
import { keptInFile } from './kept-file.ts';

const leaks: Condition<null> = {
  name: 'leak',
  meaning: 'It leaks.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check: () => ['a', 'b', 'c'].map((item) => ({ item, severity: 'warning', reasons: ['It leaks.'] })),
  ended: () => 'It is tight again.',
};

const clock = manualClock();
async function start(over: Partial<ConditionsOptions<null>>): Promise<ConditionEvaluator<null>> {
  const running = new ConditionEvaluator({
    conditions: [leaks],
    about: { kind: 'gateway', name: 'gw-1' },
    facts: () => null,
    emit: async () => {},
    kept: { load: () => ({ open: [], pending: null }), save: async () => {} },
    clock,
    random: seededRandom(7),
    log: silentLog,
    ...over,
  });
  await running.start();
  return running;
}

it('the change in hand becomes durable when it is stopped, and no other is begun', async () => {
  const told: HarbingerEvent[] = [];
  let release = () => {};
  const emit = (event: HarbingerEvent) =>
    new Promise<void>((resolve) => {
      if (event.type === 'io.harbinger.record.known.v1') return resolve();
      told.push(event);
      release = resolve;
    });
  const running = await start({ emit });
  const checked = running.check();
  await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 20_000 });
  const stopped = running.stop();
  release();
  await vi.waitFor(() => expect(running.current().map(({ item }) => item)).toEqual(['a']), {
    timeout: 20_000,
  });
  await Promise.all([checked, stopped]);
  expect(told).toHaveLength(1);
});

it('stopping waits for a bounded time for a disk that does not answer', async () => {
  const save = vi.fn(() => new Promise<void>(() => {}));
  const running = await start({ kept: { load: () => ({ open: [], pending: null }), save } });
  void running.check();
  await vi.waitFor(() => expect(save).toHaveBeenCalled(), { timeout: 20_000 });
  let isStopped = false;
  void running.stop().then(() => {
    isStopped = true;
  });
  await clock.advance(10_000);
  expect(isStopped).toBe(true);
});

it('that nothing is known of before is told once and first, where there is no file, and where it was damaged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-conditions-'));
  const path = join(folder, 'conditions.json');
  const told: HarbingerEvent[] = [];
  let refuse: Error | null = null;
  const tried: string[] = [];
  const run = async (checks: number) => {
    const emit = async (event: HarbingerEvent) => {
      tried.push(event.type);
      if (refuse) throw refuse;
      told.push(event);
    };
    const running = await start({ emit, kept: keptInFile(path, silentLog) });
    for (let i = 0; i < checks; i++) await running.check();
    await running.stop();
  };
  const kinds = () => told.splice(0).map(({ type }) => type.split('.').slice(2, 4).join(' '));
  const opened = ['condition opened', 'condition opened', 'condition opened'];
  await run(2);
  expect(kinds()).toEqual(['record begun', ...opened]);
  await run(2);
  expect(told[0]?.data).toMatchObject({
    record: 'conditions',
    open: [{}, {}, {}].map(() => expect.any(String)),
  });
  expect(kinds()).toEqual(['record known']);
  writeFileSync(path, '{"open": [{}]');
  // A journal that takes nothing keeps no condition from being said at the site, where events are overheard.
  refuse = new Error('the journal is full');
  tried.length = 0;
  await run(2);
  expect(tried.slice(0, 2)).toEqual(['io.harbinger.record.begun.v1', 'io.harbinger.condition.opened.v1']);
  expect(existsSync(path)).toBe(false);
  refuse = null;
  await run(2);
  expect(kinds()).toEqual(['record begun', ...opened]);
  refuse = new Error('the journal is full');
  await run(2);
  refuse = null;
  await run(2);
  expect(kinds()).toEqual(['record known']);
  rmSync(folder, { recursive: true });
});

it('states are saved one after the other, so that the newest one is in the file', async () => {
  let [saving, together, saves] = [0, 0, 0];
  const save = async () => {
    together = Math.max(together, ++saving);
    // The first one takes longest.
    for (let turns = saves++ === 0 ? 20 : 1; turns > 0; turns--) await nextTurn();
    saving--;
  };
  const running = await start({ kept: { load: () => ({ open: [], pending: null, isNew: true }), save } });
  for (let i = 0; i < 3; i++) await running.check();
  await running.stop();
  expect(saves).toBeGreaterThan(3);
  expect(together).toBe(1);
});
