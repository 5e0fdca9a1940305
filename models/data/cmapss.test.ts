import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTest } from './cmapss.testing.ts';
import { readCmapss, readCmapssTest } from './cmapss.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-cmapss-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = (unit: number, cycle: number) => `${unit} ${cycle} ${Array(24).fill(cycle).join(' ')}  \n`;

function write(text: string): string {
  const path = join(folder, 'train_X.txt');
  writeFileSync(path, text);
  return path;
}

describe('C-MAPSS training text', () => {
  it('is read as one run per engine', () => {
    const { runs } = readCmapss(write(row(1, 1) + row(1, 2) + row(2, 1)));
    expect(runs.map(({ machine, rows }) => [machine, rows])).toEqual([
      ['train_X-1', 2],
      ['train_X-2', 1],
    ]);
    expect(runs[0]!.values).toHaveLength(48);
  });

  it.each([
    ['a line is cut off', '1 1 0 0', 'line 1 does not have 26 numbers'],
    [
      'a text where a number is expected',
      row(1, 1) + row(1, 2).replace(' 2 2 ', ' 2 x '),
      'line 2 does not have 26 numbers',
    ],
    ['a cycle is missing', row(1, 1) + row(1, 3), 'line 2: cycle 3 of unit 1, where 2 should be'],
    ['there is nothing', '\n', 'it has no rows'],
  ])('is refused where %s, with file and line', (_, text, problem) => {
    const path = write(text);
    expect(() => readCmapss(path)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
    expect(() => readCmapss(path)).toThrow(`${path}: ${problem}`);
  });
});

describe('C-MAPSS test text', () => {
  it.each([['\n'], ['\r\n']])(
    'has the remaining life of each engine, whatever the line ending (%j)',
    (lineEnd) => {
      const left = writeTest(folder, { engines: 25, seed: 1, lineEnd });
      const { runs } = readCmapssTest(folder, 'FD001');
      expect(runs.map(({ remaining }) => remaining)).toEqual(left);
      expect(runs[0]!.rows).toBe(1);
    },
  );

  const edit = (change: (lines: string[]) => string[]) => {
    const path = join(folder, 'RUL_FD001.txt');
    writeFileSync(path, change(readFileSync(path, 'utf8').trim().split('\n')).join('\n'));
  };

  it.each([
    [
      'has too few lives',
      (lines: string[]) => lines.slice(1),
      'it has 24 numbers, but there are 25 engines in',
    ],
    ['has a word', (lines: string[]) => ['many', ...lines.slice(1)], 'line 1 is not one number'],
    [
      'has two numbers in a line',
      (lines: string[]) => [...lines.slice(1), '1 2'],
      'line 25 is not one number',
    ],
    ['has a life below 0', (lines: string[]) => ['-1', ...lines.slice(1)], 'line 1 is below 0'],
  ])('is refused where the list of lives %s', (_, change, problem) => {
    writeTest(folder, { engines: 25, seed: 1 });
    edit(change);
    expect(() => readCmapssTest(folder, 'FD001')).toThrow(`RUL_FD001.txt: ${problem}`);
  });

  it('names the file that is missing', () => {
    expect(() => readCmapssTest(folder, 'FD001')).toThrow(/test_FD001.txt.*--data DIR/s);
    writeTest(folder, { engines: 1, seed: 1 });
    rmSync(join(folder, 'RUL_FD001.txt'));
    expect(() => readCmapssTest(folder, 'FD001')).toThrow(/RUL_FD001.txt.*--data DIR/s);
  });
});
