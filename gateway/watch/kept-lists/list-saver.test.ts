/** When a list is written, and what is brought back. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { besideOf } from '../../../shared/files/replace.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { KeptList } from './list-file.ts';
import { ListSaver, type ListSaverOptions } from './list-saver.ts';

const kept: KeptList<string> = {
  format: {
    format: 'harbinger-names',
    version: 1,
    validate: compileValidator(Type.Object({ machines: Type.Array(Type.String()) })),
    covered: 'machines',
  },
  textOf: (name) => JSON.stringify(name),
  codes: { damaged: 'NAMES_DAMAGED', unreadable: 'NAMES_UNREADABLE', unwritable: 'NAMES_UNWRITABLE' },
  name: 'the names',
};
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-names-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function newSaver(names: string[], options: Partial<ListSaverOptions<string>> = {}) {
  const path = join(folder, 'names.json');
  const clock = manualClock();
  const codes: string[] = [];
  const log = { error: ({ code }: { code: string }) => codes.push(code) } as unknown as Log;
  const owner = { restore: (saved: readonly string[]) => void names.push(...saved), saved: () => names };
  const saver = new ListSaver({ path, kept, owner, saveMs: 60_000, clock, log, ...options });
  const inFile = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).machines : null);
  return { path, clock, codes, names, saver, inFile };
}

it('what is worth it is written within ten seconds, and other changes together, later', async () => {
  const { saver, clock, names, inFile } = newSaver([]);
  await saver.start();
  saver.changed(true);
  await clock.advance(20_000);
  expect(inFile()).toBeNull();
  saver.keep();
  await clock.advance(10_000);
  await vi.waitFor(() => expect(inFile()).toEqual([]));
  names.push('fan');
  saver.changed(false);
  await clock.advance(59_000);
  names.push('pump');
  saver.changed(false);
  expect(inFile()).toEqual([]);
  await clock.advance(1_000);
  await vi.waitFor(() => expect(inFile()).toEqual(['fan', 'pump']));
  names.push('saw');
  await clock.advance(3_600_000);
  expect(inFile()).toEqual(['fan', 'pump']);
  await saver.stop();
  expect(inFile()).toEqual(['fan', 'pump', 'saw']);
  const after = newSaver([]);
  await after.saver.start();
  expect(after.names).toEqual(['fan', 'pump', 'saw']);
});

it('what always changes is written again and again, without being said', async () => {
  const { saver, clock, names, inFile } = newSaver([], { changesAlways: true });
  await saver.start();
  saver.keep();
  for (const name of ['fan', 'pump']) {
    names.push(name);
    await clock.advance(60_000);
    await vi.waitFor(() => expect(inFile()).toEqual(names));
  }
});

it('a write that fails is logged once, counted, and tried again', async () => {
  const { saver, path, clock, codes, inFile } = newSaver(['fan']);
  await saver.start();
  saver.keep();
  mkdirSync(besideOf(path));
  saver.changed(true);
  await clock.advance(10_000);
  await vi.waitFor(() => expect(saver.saveFailures).toBe(1));
  await clock.advance(60_000);
  await vi.waitFor(() => expect(saver.saveFailures).toBe(2));
  expect(codes).toEqual(['NAMES_UNWRITABLE']);
  rmdirSync(besideOf(path));
  await clock.advance(60_000);
  await vi.waitFor(() => expect(inFile()).toEqual(['fan']));
});
