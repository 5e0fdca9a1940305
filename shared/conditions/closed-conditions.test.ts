/** Conditions that a person has closed in the cloud: they end, and are told again only when they end and return, or get worse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Closed } from '../contract/alerts/closed.ts';
import type { ConditionData } from '../contract/condition.ts';
import { type HarbingerEvent, isEventOf } from '../contract/events.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { seededRandom } from '../runtime/random.ts';
import type { Condition } from './conditions.ts';
import { ConditionEvaluator } from './evaluator.ts';
import { keptInFile } from './kept-file.ts';

type Severity = ConditionData['severity'];
const leak: Condition<Severity | null> = {
  name: 'leak',
  meaning: 'It leaks.',
  openAfterMs: 0,
  closeAfterMs: 0,
  check: (severity) => (severity ? [{ severity, reasons: ['It leaks.'] }] : []),
  ended: () => 'It is tight again.',
};
const closed: Closed = { by: 'maria', reason: 'seen', severity: 'warning' };

let folder = '';
let now: Severity | null = null;
let told: HarbingerEvent[] = [];
let known: string[][] = [];
let running: ConditionEvaluator<Severity | null>;
const clock = manualClock();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-conditions-'));
  [now, told, known] = [null, [], []];
  await start();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function start(): Promise<void> {
  running = new ConditionEvaluator({
    conditions: [leak],
    about: { kind: 'gateway', name: 'gw-1' },
    facts: () => now,
    async emit(event) {
      if (isEventOf(event, 'io.harbinger.record.known.v1')) known.push(event.data.open);
      else if (!event.type.startsWith('io.harbinger.record.')) told.push(event);
    },
    kept: keptInFile(join(folder, 'conditions.json'), silentLog),
    clock,
    random: seededRandom(7),
    log: silentLog,
  });
  await running.start();
}

async function restart(): Promise<void> {
  await running.stop();
  await start();
}

async function check(found: Severity | null): Promise<void> {
  now = found;
  await running.check();
  await running.check();
}

const changes = () => told.map(({ type }) => type.split('.')[3]);
const close = (how: { closed?: Closed } = { closed }) => {
  const alertId = (told.at(-1)!.data as ConditionData).conditionId;
  return running.endedInCloud([
    { alertId, ...how },
    { alertId: 'unknown', closed },
  ]);
};

it('end once with who and why, stay so over a restart while it lasts, and are told when it returns', async () => {
  await check('warning');
  await close();
  await close();
  expect(changes()).toEqual(['opened', 'resolved']);
  expect(told[1]!.data).toMatchObject({ reasons: ['It was closed by hand by maria: seen'], closed });
  await check('warning');
  await restart();
  await check('warning');
  expect([changes().length, running.current(), known.at(-1)]).toEqual([2, [], []]);
  await check(null);
  expect(changes()).toHaveLength(2);
  await check('warning');
  expect(changes()).toEqual(['opened', 'resolved', 'opened']);
  expect(running.current()).toHaveLength(1);
});

it('are told when it becomes critical, and end as any then', async () => {
  await check('warning');
  await close();
  await restart();
  await check('critical');
  expect(changes()).toEqual(['opened', 'resolved', 'updated']);
  expect(running.current()).toMatchObject([{ severity: 'critical' }]);
  await check(null);
  expect(changes().at(-1)).toBe('resolved');
  expect(new Set(told.map(({ id }) => id)).size).toBe(4);
});

it('are not closed by who only knew a warning, if it is critical; closed as critical, they stay closed as a warning', async () => {
  await check('critical');
  await close();
  expect(changes()).toEqual(['opened']);
  await close({ closed: { ...closed, severity: 'critical' } });
  await check('warning');
  await check('critical');
  expect(changes()).toEqual(['opened', 'resolved']);
});

it('that had ended before an older state was put back are forgotten, and told anew if they are still so', async () => {
  await check('warning');
  await close({});
  expect([changes(), running.current()]).toEqual([['opened', 'resolved'], []]);
  await check('warning');
  const [first, , again] = told.map(({ data }) => (data as ConditionData).conditionId);
  expect([changes().length, first === again]).toEqual([3, false]);
});
