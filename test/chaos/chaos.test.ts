/** A short version of `npm run chaos`: real processes, faults from a fixed seed, and a comparison of everything. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compiledEntry, packageRoot } from '../../shared/files/paths.ts';
import { MachineLedger } from '../load/record/ledger.ts';
import { reasonToSkip } from '../support/needed.ts';
import type { ProductProcess } from '../support/processes.ts';
import { runChaos, shareOf } from './chaos.ts';
import { compare, compareEvents } from './checks/verdict.ts';
import { Draw } from './draw/draw.ts';
import { lastTransaction } from './faults/damage/databases.ts';
import { allReadingsIn } from './faults/damage/journal-blocks.ts';
import { due } from './faults/fault.ts';
import { faults } from './faults/faults.ts';
import { counterRises } from './faults/floods/owners.ts';
import { droppedBetween, type Statement } from './observe/reported.ts';
import type { ChaosOptions } from './options.ts';
import type { Operated } from './site/operated.ts';
import { tableOf } from './table.ts';

const compiled = existsSync(compiledEntry('test/chaos/site/preload'));
const notBuilt = reasonToSkip(compiled ? {} : { unavailable: 'run npm run build:tests first' });
const said: string[] = [];
const options: ChaosOptions = {
  seed: 1,
  rounds: 1,
  minutesMax: 60,
  stores: ['embedded'],
  rate: 500,
  only: [],
  from: 1,
  loadMsMin: 2_000,
  standstillMsMax: 120_000,
};

afterAll(() => {
  // Somebody who repeats a failed run needs to know which faults there were.
  if (said.some((line) => line.includes('FAILED'))) process.stdout.write(`${said.join('\n')}\n`);
});

// The duration is not checked: on a busy machine the run takes a minute or more, with the same verdict.
it.skipIf(notBuilt !== null)(
  'kills, cuts and torn writes lose nothing, duplicate nothing, and are reported (needs npm run build:tests)',
  async () => {
    const only = ['gateway-kill', 'journal-torn-tail', 'cloud-kill', 'link-cut-in-block'];
    const report = await runChaos({ ...options, rounds: 2, only }, (text) => said.push(text));
    const problems = report.stores.flatMap(({ rounds, finalProblems }) => [
      ...rounds.flatMap((round) => round.problems),
      ...finalProblems,
    ]);
    expect(problems).toEqual([]);
    expect(report.stores[0]?.rounds.map(({ acked }) => acked > 0)).toEqual([true, true]);
    // This seed deals all of these kinds.
    expect(new Set(report.stores[0]?.rounds.flatMap(({ kinds }) => kinds))).toEqual(new Set(only));
    expect(tableOf(report)).toContain('Nothing failed.');
  },
  900_000,
);

it('says which stores were not tested because the time was up, and claims nothing about them', async () => {
  expect([shareOf(600, 2), shareOf(250, 1), shareOf(-1, 2)]).toEqual([300, 250, 0]);
  const report = await runChaos({ ...options, minutesMax: 0 }, () => {});
  expect(report).toMatchObject({ stores: [], untested: ['embedded: not tested, time was up'], problems: 0 });
  expect(tableOf(report)).toContain('Nothing failed in what was tested.');
});

it('draws the same faults from the same seed, and each kind of fault has a unique name', () => {
  const draws = () => Array.from({ length: 20 }, (_, round) => Draw.forRound(7, round).int(0, 1_000_000));
  expect(draws()).toEqual(draws());
  expect(new Set(draws()).size).toBeGreaterThan(15);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(faults.length);
});

it('has a place in the table of kinds for each fault, and the table names no other', () => {
  const text = readFileSync(join(packageRoot, 'test/chaos/docs/kinds.md'), 'utf8');
  const cells = text.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.split('|')[2]!] : []));
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind!));
  expect([...new Set(named)].sort()).toEqual(faults.map(({ kind }) => kind).sort());
});

it('detects lost, duplicate, invented and reordered readings, except those that were damaged on purpose', () => {
  const machine = new MachineLedger('m', 1);
  machine.next = 8;
  for (const seq of [1, 2, 3, 4, 5, 7]) machine.ack(seq);
  const verdict = compare([machine], new Map([['m', [1, 3, 2, 3, 6, 9]]]), new Set(['m#7']));
  expect(verdict.lost).toEqual(['m#4', 'm#5']);
  expect(verdict.lostToDamage).toBe(1);
  expect(verdict.repeated).toEqual(['m#3']);
  expect(verdict.strangers).toEqual(['m#9']);
  expect(verdict.disordered).toEqual(['m#2 after #3']);
});

it('excuses a reading of a fault only if its block went with the disk', () => {
  const lines =
    'generic,gateway=chaos,machine=a,site=chaos kept=4 1\ngeneric,machine=t1,site=chaos v=1,cycles=9 2\n';
  const body = Buffer.from(lines);
  const block = { codec: 'identity', body, seq: 1, lines: 2, rawBytes: body.length, local: body } as const;
  const excused = new Set(allReadingsIn(block));
  expect([...excused].sort()).toEqual(['a#4', 't1#9']);
  const scene = { isExcused: (reading: string) => excused.has(reading) };
  expect(due(scene, 'a', [3, 4, 5], [5])).toEqual([3, 5]);
  expect(due(scene, 'a', [3, 4, 5], [3, 4])).toEqual([3, 4, 5]);
});

it('compares a counter only with what the same process has shown', async () => {
  const process = { metric: async () => 106 } as unknown as ProductProcess;
  const of = { process, starts: 2 } as Operated;
  expect(await counterRises(of, 'm', { value: 105, starts: 2 })).toBeNull();
  expect(await counterRises(of, 'm', { value: 300, starts: 1 })).toBeNull();
  expect(await counterRises(of, 'm', { value: 106, starts: 2 }, 0)).toBe('m stayed 106');
});

it('tears no log of the store that ends with the mark of a checkpoint', () => {
  const entry = (kind: number, length: number) => {
    const bytes = Buffer.alloc(16 + length);
    bytes.writeBigUInt64LE(BigInt(length));
    bytes.set([100, 0, kind], 16);
    return bytes;
  };
  const commit = entry(100, 5);
  const written = Buffer.concat([Buffer.alloc(8), entry(25, 40), commit]);
  expect(lastTransaction(written)).toEqual(written.subarray(8));
  expect(lastTransaction(Buffer.concat([written, entry(99, 15), commit]))).toBeNull();
  expect(lastTransaction(Buffer.alloc(8))).toBeNull();
});

it('detects an event without a line in the store, and one with two', () => {
  const listed = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
  const { twice, missing } = compareEvents(['a', 'old', 'old', 'b', 'b'], listed, new Set(['old']));
  expect(twice).toEqual(['b']);
  expect(missing).toEqual(['c']);
});

it('restarts the count of dropped lines when the gateway did', () => {
  const statement = (droppedLines: number) => ({ droppedLines }) as Statement;
  expect(droppedBetween(statement(100), statement(130))).toBe(30);
  expect(droppedBetween(statement(100), statement(0))).toBe(0);
});
