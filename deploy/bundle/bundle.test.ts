import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { pack } from './archive.mjs';
import { readArguments } from './bundle.mjs';
import { missingImports } from './complete.mjs';
import { loadedByName, reachedParts } from './contents.mjs';
import { architectures, pinned } from './fetch.mjs';
import { writeLicences } from './licences.mjs';
import { resolved } from './resolved.mjs';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('a bundle', () => {
  const part = (fileName: string, source: string | null, imports: string[]) => ({
    fileName,
    source,
    imports,
    packages: [],
  });
  const parts = [
    part('main.js', 'deploy/cli/main.ts', ['gateway.js', 'cloud.js', 'node:fs']),
    part('gateway.js', 'gateway/main.ts', ['common.js', 'lmdb']),
    part('cloud.js', 'cloud/main.ts', ['common.js', 'store.js']),
    part('store.js', null, ['@duckdb/node-api']),
    part('common.js', null, ['gateway.js']),
  ];

  test('has the code that its side reaches, and not that of the other', () => {
    const names = (without: string[]) =>
      reachedParts(parts, ['deploy/cli/main.ts'], without).map(({ fileName }) => fileName);
    expect(names(['cloud/main.ts'])).toEqual(['common.js', 'gateway.js', 'main.js']);
    expect(names([])).toEqual(['cloud.js', 'common.js', 'gateway.js', 'main.js', 'store.js']);
    expect(() => reachedParts(parts, ['gone.ts'], [])).toThrow('gone.ts is not a file of its own');
  });

  test('takes the package that Node would take: the nearest one', () => {
    const packages = {
      'node_modules/a': {},
      'node_modules/debug': {},
      'node_modules/a/node_modules/debug': {},
      'node_modules/@s/b': {},
    };
    expect(resolved(packages, '', 'debug')).toBe('node_modules/debug');
    expect(resolved(packages, 'node_modules/a', 'debug')).toBe('node_modules/a/node_modules/debug');
    expect(resolved(packages, 'node_modules/@s/b', 'debug')).toBe('node_modules/debug');
    expect(resolved(packages, 'node_modules/a/node_modules/debug', '@s/b')).toBe('node_modules/@s/b');
    expect(resolved(packages, 'node_modules/a', 'gone')).toBeNull();
  });

  test('has what code loads by name at run time', () => {
    const sources = ['gateway', 'cloud', 'shared', 'models', 'deploy'].flatMap((folder) =>
      readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts') && !/\.(test|testing)\.ts$/.test(path))
        .map((path) => readFileSync(join(packageRoot, folder, path), 'utf8'))
        .filter((text) => text.includes('createRequire(')),
    );
    const loaded = sources.flatMap((text) =>
      [...text.matchAll(/\b(?:load|resolve|require)\('([^'./][^']*?)(?:\/package\.json)?'\)/g)].map(
        (match) => match[1],
      ),
    );
    expect([...new Set(loaded)].sort()).toEqual([...loadedByName].sort());
  });

  test('is refused if a package in it imports what it lacks', async () => {
    const modules = join(dir, 'node_modules');
    for (const name of ['a', '@s/b']) await mkdir(join(modules, name), { recursive: true });
    await writeFile(
      join(modules, 'a', 'index.js'),
      "import './there.js'; import x from './gone.js'; require('@s/b/c'); require('fs');",
    );
    await writeFile(join(modules, 'a', 'there.js'), "const b = require('bb'), own = require('./there');");
    expect(missingImports(dir)).toEqual(['a/index.js: ./gone.js', 'a/there.js: bb']);
  });

  test('has the same bytes when it is made at another time', async () => {
    const archives = [];
    for (const time of [1_000, 2_000_000]) {
      const folder = join(dir, String(time), 'bundle');
      await mkdir(join(folder, 'b'), { recursive: true });
      for (const name of time === 1_000 ? ['x', 'b/y'] : ['b/y', 'x']) {
        await writeFile(join(folder, name), name);
        await utimes(join(folder, name), time, time);
      }
      pack(folder, `${folder}.tar.xz`, 1_700_000_000);
      archives.push(await readFile(`${folder}.tar.xz`));
    }
    expect(archives[0]!.equals(archives[1]!)).toBe(true);
  });

  test('has the same version of Node on every architecture', () => {
    const versions = Object.values(architectures).map((cpu) => pinned[`node-linux-${cpu}`]?.version);
    expect(new Set(versions).size).toBe(1);
    expect(versions[0]).toMatch(/^24\./);
  });

  test('has the text of the licence of each package, once', async () => {
    const node = join(dir, 'node');
    await mkdir(node);
    await writeFile(join(node, 'LICENSE'), 'licence of Node');
    await writeFile(join(node, 'package.json'), '{"version":"24.0.0"}');
    const into = join(dir, 'licences');
    const fastify = 'node_modules/fastify';
    const copied = new Map([[fastify, join(packageRoot, fastify)]]);
    writeLicences(packageRoot, into, { bundled: ['node_modules/pino', fastify], copied, node });
    const list = await readFile(join(into, 'README.txt'), 'utf8');
    expect(list.match(/^fastify .*: MIT/gm)).toHaveLength(1);
    expect(list).toMatch(/^node 24\.0\.0: MIT/m);
    const file = /pino [\d.]+: MIT \((.*)\)/.exec(list)![1]!;
    expect(await readFile(join(into, file), 'utf8')).toMatch(/permission notice/i);
  });

  test('is chosen by side and architecture', () => {
    expect(readArguments([])).toEqual({
      sides: ['gateway', 'cloud'],
      arches: ['amd64', 'arm64'],
      twice: false,
    });
    expect(readArguments(['--side', 'cloud', '--arch', 'arm64', '--twice'])).toEqual({
      sides: ['cloud'],
      arches: ['arm64'],
      twice: true,
    });
    expect(() => readArguments(['--arch', 'x64'])).toThrow("'x64' is not one of amd64, arm64");
    expect(() => readArguments(['--fast'])).toThrow('--fast');
  });
});
