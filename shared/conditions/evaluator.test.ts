import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConditionData } from '../contract/condition.ts';
import type { HarbingerEvent } from '../contract/events.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { seededRandom } from '../runtime/random.ts';
import type { Checked, Condition } from './conditions.ts';
import { ConditionEvaluator, checkEveryMs, openMax } from './evaluator.ts';
import { keptInFile } from './kept-file.ts';

const openAfterMs = 3 * checkEveryMs;
const closeAfterMs = 2 * checkEveryMs;
const leak: Condition<{ leak: Checked }> = {
  name: 'leak',
  meaning: 'It leaks.',
  openAfterMs,
  closeAfterMs,
  check: ({ leak }) => leak,
  ended: ({ item = '' }) => `It is tight again${item}.`,
};
const warning = { severity: 'warning' as const, reasons: ['It leaks.'] };
const critical = { severity: 'critical' as const, reasons: ['It leaks badly.'] };

let clock = manualClock();
let folder = '';
let now: Checked = [];
let told: HarbingerEvent[] = [];
let refuse: Error | null = null;
let running: ConditionEvaluator<{ leak: Checked }> | null = null;

beforeEach(() => {
  clock = manualClock();
  folder = mkdtempSync(join(tmpdir(), 'harbinger-conditions-'));
  [now, told, refuse] = [[], [], null];
});
afterEach(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true });
});

const keptPath = () => join(folder, 'conditions.json');

async function start(
  conditions: readonly Condition<{ leak: Checked }>[] = [leak],
  name = 'gw-1',
): Promise<void> {
  await running?.stop();
  running = new ConditionEvaluator({
    conditions,
    about: { kind: 'gateway', name },
    facts: () => ({ leak: now }),
    async emit(event) {
      if (refuse) throw refuse;
      if (!event.type.startsWith('io.harbinger.record.')) told.push(event);
    },
    kept: keptInFile(keptPath(), silentLog),
    clock,
    random: seededRandom(7),
    log: silentLog,
  });
  await running.start();
}

/** Checks so many times, each after the usual time. */
async function pass(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    clock.advanceNow(checkEveryMs - 1);
    await running!.check();
    clock.advanceNow(1);
    await running!.check();
  }
}

const changes = () => told.map(({ type }) => type.split('.')[3]);
const dataOf = (i: number) => told[i]!.data as ConditionData;

describe('a condition', () => {
  it('is told once it has lasted, with what a technician needs, and once when it has ended for long enough', async () => {
    await start();
    now = [warning];
    await pass(3);
    expect(told).toEqual([]);
    await pass(5);
    expect(changes()).toEqual(['opened']);
    expect(told[0]).toMatchObject({ source: '/gateways/gw-1' });
    expect(dataOf(0)).toMatchObject({ condition: 'leak', severity: 'warning', reasons: ['It leaks.'] });
    expect(dataOf(0).about).toEqual({ kind: 'gateway', name: 'gw-1' });
    now = [];
    await pass(1);
    expect(changes()).toEqual(['opened']);
    await pass(3);
    expect(changes()).toEqual(['opened', 'resolved']);
    expect(dataOf(1)).toMatchObject({ conditionId: dataOf(0).conditionId, reasons: ['It is tight again.'] });
    expect(running!.current()).toEqual([]);
  });

  it('that comes and goes faster than its delays is never told, and one that is open stays so', async () => {
    await start();
    for (let i = 0; i < 10; i++) {
      now = i % 2 === 0 ? [warning] : [];
      await pass(1);
    }
    expect(told).toEqual([]);
    now = [warning];
    await pass(5);
    for (let i = 0; i < 10; i++) {
      now = i % 2 === 0 ? [] : [warning];
      await pass(1);
    }
    expect(changes()).toEqual(['opened']);
  });

  it('tells a change of its severity once, when that has lasted', async () => {
    await start();
    now = [warning];
    await pass(5);
    now = [critical];
    await pass(2);
    expect(changes()).toEqual(['opened']);
    await pass(5);
    expect(changes()).toEqual(['opened', 'updated']);
    expect(dataOf(1)).toMatchObject({ severity: 'critical', reasons: ['It leaks badly.'] });
    now = [warning];
    await pass(5);
    expect(changes()).toEqual(['opened', 'updated', 'updated']);
    expect([0, 1, 2].map((i) => dataOf(i)?.seq)).toEqual([1, 2, 3]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);
  });

  it('neither opens nor ends while nothing is known', async () => {
    await start();
    now = [warning];
    await pass(5);
    now = 'unknown';
    await pass(20);
    expect(changes()).toEqual(['opened']);
  });

  it('that is not known of one item neither opens nor ends it, and does not concern the others', async () => {
    await start();
    now = ['a', 'b'].map((item) => ({ ...warning, item }));
    await pass(5);
    now = [
      { item: 'a', isKnown: false },
      { item: 'c', isKnown: false },
    ];
    await pass(5);
    expect(told.map((event) => [event.type.split('.')[3], (event.data as ConditionData).item])).toEqual([
      ['opened', 'a'],
      ['opened', 'b'],
      ['resolved', 'b'],
    ]);
  });

  it('of several items is one alert each', async () => {
    await start();
    now = ['a', 'b'].map((item) => ({ ...warning, item }));
    await pass(5);
    now = [{ ...warning, item: 'b' }];
    await pass(5);
    expect(told.map((event) => [event.type.split('.')[3], (event.data as ConditionData).item])).toEqual([
      ['opened', 'a'],
      ['opened', 'b'],
      ['resolved', 'a'],
    ]);
  });

  it('that throws counts as unknown, and the others are checked', async () => {
    const broken: typeof leak = {
      ...leak,
      name: 'broken',
      check() {
        throw new Error('no');
      },
    };
    await start([broken, leak]);
    now = [warning];
    await pass(5);
    expect(changes()).toEqual(['opened']);
  });
});

describe('a restart', () => {
  it('tells nothing twice, and ends what has ended meanwhile', async () => {
    await start();
    now = [
      { ...warning, item: 'a' },
      { ...warning, item: 'b' },
    ];
    await pass(5);
    now = [{ ...warning, item: 'a' }];
    await start();
    await pass(20);
    expect(changes()).toEqual(['opened', 'opened', 'resolved']);
    expect(dataOf(2)).toMatchObject({ item: 'b', conditionId: dataOf(1).conditionId });
  });

  it('tells again, under the same id, what may not have become durable', async () => {
    await start();
    await pass(1);
    refuse = new Error('the journal is full');
    now = [warning];
    await pass(5);
    expect(told).toEqual([]);
    now = [];
    refuse = null;
    await start();
    await pass(1);
    expect(changes()).toEqual(['opened']);
    await pass(5);
    expect(changes()).toEqual(['opened', 'resolved']);
  });

  it('ends a condition that is not watched for any more', async () => {
    await start();
    now = [warning];
    await pass(5);
    await start([]);
    await pass(1);
    expect(changes()).toEqual(['opened', 'resolved']);
  });

  it('under another name says nothing of the former one, for which the cloud would take nothing', async () => {
    await start();
    now = [warning];
    await pass(5);
    refuse = new Error('the journal is full');
    now = [];
    await pass(5);
    refuse = null;
    now = [warning];
    await start([leak], 'gw-2');
    await pass(10);
    expect(told.map(({ source, data }) => [source, (data as ConditionData).about.name])).toEqual([
      ['/gateways/gw-1', 'gw-1'],
      ['/gateways/gw-2', 'gw-2'],
    ]);
  });

  it('goes on where its file is damaged, and where it cannot be written', async () => {
    writeFileSync(keptPath(), '{"open": [{}]');
    await start();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
    now = [warning];
    await pass(5);
    expect(changes()).toEqual(['opened']);
  });
});

it('that makes no valid event, or cannot say how it ended, keeps no other from being told', async () => {
  await start([
    {
      ...leak,
      ended() {
        throw new Error('no');
      },
    },
    { ...leak, name: 'other' },
  ]);
  now = [{ ...warning, item: 'x'.repeat(201) }, warning];
  await pass(5);
  expect(changes()).toEqual(['opened', 'opened']);
  now = [];
  await pass(5);
  expect(changes()).toEqual(['opened', 'opened', 'resolved', 'resolved']);
});

it('opens a bounded number at a time, and the others when some have ended', async () => {
  const none = Array.from({ length: openMax + 1 }, (_, i) => ({ ...warning, item: `${i}` }));
  await start([{ ...leak, openAfterMs: 0, closeAfterMs: 0 }]);
  now = none;
  await pass(1);
  expect(running!.current()).toHaveLength(openMax);
  now = none.slice(1);
  await pass(2);
  expect(running!.current()).toHaveLength(openMax);
  expect(running!.current().map(({ item }) => item)).toContain(`${openMax}`);
});
