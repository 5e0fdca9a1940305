import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  besideOf,
  putInPlace,
  type ReplacingFs,
  replaceFile,
  replaceFileInPieces,
  replaceFileSync,
  replaceFolderSync,
  replaceOn,
} from './replace.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'replace-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each([
  ['replaceFile', replaceFile],
  ['replaceFileSync', async (...args: Parameters<typeof replaceFileSync>) => replaceFileSync(...args)],
])('%s', (_, replace) => {
  it('makes the folder, takes the mode, and leaves nothing beside', async () => {
    const path = join(dir, 'deep', 'state.json');
    await replace(path, 'one', { mode: 0o600 });
    await replace(path, 'two', { mode: 0o600 });
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'deep'))).toEqual(['state.json']);
  });

  it('keeps the old content where the new one cannot be put in place', async () => {
    const path = join(dir, 'state.json');
    mkdirSync(join(path, 'in the way'), { recursive: true });
    await expect(replace(path, 'new')).rejects.toThrow();
    expect(existsSync(join(path, 'in the way'))).toBe(true);
    expect(existsSync(besideOf(path))).toBe(false);
  });
});

describe('in pieces', () => {
  const path = () => join(dir, 'deep', 'list.json');

  it('each is written before the next is made, and the file has all of them', async () => {
    const written: number[] = [];
    function* pieces() {
      for (let i = 0; i < 3; i++) {
        written.push(existsSync(besideOf(path())) ? statSync(besideOf(path())).size : -1);
        yield `Säge ${i}`;
      }
    }
    await replaceFileInPieces(path(), pieces(), { mode: 0o600 });
    expect(readFileSync(path(), 'utf8')).toBe('Säge 0Säge 1Säge 2');
    expect(written).toEqual([0, 7, 14]);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('one that cannot be made leaves the old content, and nothing beside', async () => {
    await replaceFile(path(), 'old');
    function* pieces() {
      yield 'new';
      throw new Error('no more');
    }
    await expect(replaceFileInPieces(path(), pieces())).rejects.toThrow('no more');
    expect(readFileSync(path(), 'utf8')).toBe('old');
    expect(readdirSync(join(dir, 'deep'))).toEqual(['list.json']);
  });
});

describe('on any file system', () => {
  /** Records the order of the operations; `failing` throws. */
  function recording(failing?: string) {
    const done: string[] = [];
    const step = async (name: string) => {
      done.push(name);
      if (name === failing) throw new Error(name);
    };
    const fs: ReplacingFs = {
      async open() {
        await step('open');
        return { write: () => step('write'), datasync: () => step('datasync'), close: () => step('close') };
      },
      rename: () => step('rename'),
      remove: () => step('remove'),
      syncDir: () => step('syncDir'),
    };
    return { fs, done };
  }

  it('the content is synced before the rename, and the folder after it', async () => {
    const { fs, done } = recording();
    await replaceOn(fs, '/state', [Buffer.from('x')]);
    expect(done).toEqual(['open', 'write', 'datasync', 'close', 'rename', 'syncDir']);
  });

  it.each(['write', 'datasync', 'close', 'rename'])(
    'a failing %s is reported, and the file beside removed',
    async (step) => {
      const { fs, done } = recording(step);
      await expect(replaceOn(fs, '/state', [Buffer.from('x')])).rejects.toThrow(step);
      expect(done.at(-1)).toBe('remove');
      expect(done.includes('rename')).toBe(step === 'rename');
    },
  );
});

it('content written beside is put in place', async () => {
  const path = join(dir, 'large.csv');
  writeFileSync(path, 'old');
  writeFileSync(besideOf(path), 'new');
  await putInPlace(path);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(dir)).toEqual(['large.csv']);
});

describe('a folder', () => {
  it('is replaced with all its files, and none of the old ones', () => {
    const folder = join(dir, 'artefact');
    replaceFolderSync(folder, (fresh) => writeFileSync(join(fresh, 'old.bin'), '1'));
    replaceFolderSync(folder, (fresh) => writeFileSync(join(fresh, 'new.bin'), '2'));
    expect(readdirSync(folder)).toEqual(['new.bin']);
    expect(readdirSync(dir)).toEqual(['artefact']);
  });

  it('stays as it was where filling the new one fails', () => {
    const folder = join(dir, 'artefact');
    replaceFolderSync(folder, (fresh) => writeFileSync(join(fresh, 'old.bin'), '1'));
    const failing = () => {
      throw new Error('no space');
    };
    expect(() => replaceFolderSync(folder, failing)).toThrow('no space');
    expect(readdirSync(folder)).toEqual(['old.bin']);
  });
});
