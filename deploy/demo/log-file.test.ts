import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-log-'));
  path = join(dir, 'part.log');
});
afterEach(() => rmSync(dir, { recursive: true }));

const bytesOf = (file: string) => (existsSync(file) ? statSync(file).size : 0);

it('keeps the newest lines, in two files of bounded size', () => {
  const log = new LogFile(path, { bytesMax: 1_000 });
  for (let i = 0; i < 500; i++) {
    log.write(`line ${i}\n`);
    expect(bytesOf(path)).toBeLessThanOrEqual(1_000);
    expect(bytesOf(`${path}.1`)).toBeLessThanOrEqual(1_000);
  }
  log.close();
  const kept = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
  const numbers = [...kept.matchAll(/^line (\d+)$/gm)].map((match) => Number(match[1]));
  expect(numbers.at(-1)).toBe(499);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  expect(numbers.length).toBeGreaterThan(100);
});

it('appends to the file of an earlier run, and renames one that is too large', () => {
  writeFileSync(path, 'before\n');
  const log = new LogFile(path, { bytesMax: 1_000 });
  log.write('after\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
  writeFileSync(path, 'x'.repeat(5_000));
  log.write('new\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('new\n');
});

it('drops text that the disk does not take, and continues when it does', () => {
  mkdirSync(path); // so that no file can be opened there
  const log = new LogFile(path);
  expect(() => log.write('lost\n')).not.toThrow();
  rmSync(path, { recursive: true });
  log.write('kept\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('kept\n');
});
