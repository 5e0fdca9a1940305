import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readProblem } from './read-problem.ts';
import { readRegular, readRegularText } from './read-regular.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-regular-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function problemOf(path: string, bytesMax?: number): string {
  try {
    readRegular(path, bytesMax);
  } catch (error) {
    return readProblem(error);
  }
  throw new Error(`${path} was read`);
}

it('reads a file, and what a link leads to, up to the limit', () => {
  const [file, link] = [join(dir, 'a'), join(dir, 'link')];
  const text = 'grüße '.repeat(40_000);
  writeFileSync(file, text);
  symlinkSync(file, link);
  const bytes = Buffer.byteLength(text);
  expect(readRegularText(link, bytes)).toBe(text);
  expect(problemOf(link, bytes - 1)).toBe(
    `it has more than ${bytes - 1} bytes, the most that is read; name the right file`,
  );
  writeFileSync(file, '');
  expect(readRegularText(file)).toBe('');
});

it('reads a file of /proc, whose size is said to be 0', () => {
  expect(readRegularText('/proc/self/status')).toMatch(/^Name:/);
});

it('refuses a pipe that nobody writes to, also behind a link, and a device without end', () => {
  const [pipe, link] = [join(dir, 'pipe'), join(dir, 'link')];
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, link);
  const what = (kind: string) =>
    `it is ${kind} and not a regular file; write its content to a file and name that`;
  expect(problemOf(pipe)).toBe(what('a pipe'));
  expect(problemOf(link)).toBe(what('a pipe'));
  expect(problemOf('/dev/zero')).toBe(what('a device'));
});

it('refuses a socket', async () => {
  const path = join(dir, 'socket');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(problemOf(path)).toContain('it is a socket');
  await new Promise((resolve) => server.close(resolve));
});

it('refuses a file that is too large by default, a folder, and what is not there', () => {
  const large = join(dir, 'large');
  writeFileSync(large, '');
  truncateSync(large, (64 << 20) + 1);
  expect(problemOf(large)).toContain(`more than ${64 << 20} bytes`);
  expect(problemOf(dir)).toBe('it is a folder; name the file in it');
  expect(problemOf(join(dir, 'none'))).toContain('there is no such file');
});
