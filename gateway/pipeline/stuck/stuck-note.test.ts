import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StuckNote } from './stuck-note.ts';

const digest = (i: number) => i.toString(16).padStart(64, '0');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stuck-note-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('an end over a message that is not known makes the next gateway careful, until one is stopped in order', () => {
  const first = new StuckNote(dir);
  expect(first.suspects).toBeNull();
  first.write(null);
  expect(new StuckNote(dir).suspects).toEqual([]);
  new StuckNote(dir).write(digest(1));
  new StuckNote(dir).write(digest(1));
  const last = new StuckNote(dir);
  expect(last.suspects).toEqual([digest(1)]);
  last.remove();
  expect(new StuckNote(dir).suspects).toBeNull();
});

it('the newest hundred are kept', () => {
  for (let i = 0; i < 103; i++) new StuckNote(dir).write(digest(i));
  const { suspects } = new StuckNote(dir);
  expect([suspects?.length, suspects?.[0], suspects?.at(-1)]).toEqual([100, digest(3), digest(102)]);
});

it('a file with something else counts as one without suspects, and prevents no start', () => {
  writeFileSync(join(dir, 'stuck-messages'), `x\n${digest(5)}\n{"a":1}\n`);
  expect(new StuckNote(dir).suspects).toEqual([digest(5)]);
  rmSync(join(dir, 'stuck-messages'));
  mkdirSync(join(dir, 'stuck-messages'));
  expect(new StuckNote(dir).suspects).toEqual([]);
  new StuckNote(dir).remove();
});
