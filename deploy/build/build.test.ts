/** Tests the build: which state counts as built, parallel builds, and read-only trees. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { ensureBuilt } from './build.mjs';
import { stateOf } from './inputs.mjs';
import { product, type Target } from './targets.mjs';

let root = '';
let said: string[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'harbinger build ä-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Copies its inputs and records each run in the file `builds`. */
const copying = `
  const { appendFileSync, copyFileSync } = require('node:fs');
  appendFileSync('builds', 'x');
  copyFileSync('src/a.ts', process.argv[1] + '/a.js');`;

function targetOf(script = copying): Target {
  return {
    name: 'a copy',
    out: 'out',
    folders: ['src'],
    files: ['lock.json'],
    isInput: (path) => path.endsWith('.ts'),
    tools: [],
    steps: (_, into) => [['-e', script, into]],
  };
}

function makeTree(): void {
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src', 'a.ts'), 'one');
  writeFileSync(join(root, 'src', 'notes.md'), '');
}

const build = (target = targetOf()) => ensureBuilt(root, [target], (line) => said.push(line));
const state = () => stateOf(root, targetOf());
const builds = () => readFileSync(join(root, 'builds'), 'utf8').length;

describe('what is built', () => {
  beforeEach(makeTree);

  it('is built once, with a line that says so, and again when an input changes, comes or goes', async () => {
    expect(state()).toBe('missing');
    expect(await build()).toBe(true);
    expect(said).toEqual([expect.stringMatching(/^building a copy: /)]);
    expect([await build(), builds(), said.length]).toEqual([false, 1, 1]);
    const changes = [
      () => writeFileSync(join(root, 'src', 'a.ts'), 'two'),
      () => writeFileSync(join(root, 'src', 'b.ts'), ''),
      () => rmSync(join(root, 'src', 'b.ts')),
      () => writeFileSync(join(root, 'lock.json'), '{}'),
    ];
    for (const change of changes) {
      change();
      expect(state()).toBe('changed');
      await build();
      expect(state()).toBe('finished');
    }
    expect([builds(), readFileSync(join(root, 'out', 'a.js'), 'utf8')]).toEqual([1 + changes.length, 'two']);
  });

  it('stays built where only times differ, as in a copy, and where something else changes', async () => {
    await build();
    utimesSync(join(root, 'src', 'a.ts'), 1, 1);
    writeFileSync(join(root, 'src', 'notes.md'), 'changed');
    expect(state()).toBe('finished');
  });

  it('is all there is where there are no sources', async () => {
    await build();
    rmSync(join(root, 'src'), { recursive: true });
    expect(state()).toBe('finished');
  });

  it('is left as it was by a build that fails, which says why', async () => {
    await build();
    writeFileSync(join(root, 'src', 'a.ts'), 'two');
    await expect(build(targetOf('console.error("no such thing"); process.exit(1)'))).rejects.toThrow(
      expect.objectContaining({ code: 'BUILD_FAILED', message: expect.stringContaining('no such thing') }),
    );
    expect([state(), readFileSync(join(root, 'out', 'a.js'), 'utf8')]).toEqual(['changed', 'one']);
  });

  it('is put in place as a whole, and what a killed build has left is removed', async () => {
    const work = join(root, '.cache', 'build');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    mkdirSync(join(work, `new-${pid}`), { recursive: true });
    writeFileSync(join(work, 'lock'), `${pid} 1`);
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out', 'half.js'), '');
    expect(state()).toBe('missing');
    await build();
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['a.js', 'built-from.json']);
    expect(readdirSync(work)).toEqual([]);
  });
});

it('a lock that is empty, as a full disk leaves one, holds nobody up', async () => {
  makeTree();
  mkdirSync(join(root, '.cache', 'build'), { recursive: true });
  writeFileSync(join(root, '.cache', 'build', 'lock'), '');
  await build();
  expect(state()).toBe('finished');
});

it('the folder of a build that runs is left alone', async () => {
  makeTree();
  const theirs = join(root, '.cache', 'build', `new-${process.ppid}`);
  mkdirSync(theirs, { recursive: true });
  await build();
  expect(existsSync(theirs)).toBe(true);
});

it('of two processes that want it at once, one builds and the other waits for that', async () => {
  makeTree();
  const script = `
    const { ensureBuilt } = await import(${JSON.stringify(new URL('build.mjs', import.meta.url).href)});
    const waiting = "const { existsSync } = require('node:fs'); while (!existsSync('second-waits'));";
    const target = { ...${JSON.stringify({ ...targetOf(), steps: undefined })}, isInput: () => true,
      steps: (_, into) => [['-e', waiting + ${JSON.stringify(copying)}, into]] };
    await ensureBuilt(process.cwd(), [target], (line) => console.log(line));`;
  const run = () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const first = run();
  const [line] = (await once(first.stdout, 'data')) as [Buffer];
  expect(String(line)).toMatch(/^building a copy/);
  const second = run();
  const [other] = (await once(second.stdout, 'data')) as [Buffer];
  expect(String(other)).toBe(`waiting for the build of process ${first.pid}\n`);
  writeFileSync(join(root, 'second-waits'), '');
  expect(await Promise.all([once(first, 'close'), once(second, 'close')])).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(builds()).toBe(1);
});

describe('a copy of the tree that its user may not write, without what builds it', () => {
  const asUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

  beforeEach(() => {
    expect(stateOf(packageRoot, product), 'run `npm run build` before this test').toBe('finished');
    for (const name of ['dist', ...product.folders, 'package.json', ...product.files]) {
      const from = join(packageRoot, name);
      const wanted = (path: string) => !/\/docs$/.test(path);
      if (existsSync(from)) cpSync(from, join(root, name), { recursive: true, filter: wanted });
    }
    mkdirSync(join(root, 'node_modules')); // as after npm ci --omit=dev, which these commands do not need
    setWritable(false);
  });
  afterEach(() => setWritable(true));

  /** Sets the owner's permission on the folders, which alone decides whether files can be created in them. */
  function setWritable(writable: boolean): void {
    chmodSync(root, writable ? 0o755 : 0o555);
    if (existsSync(join(root, 'dist'))) chmodSync(join(root, 'dist'), writable ? 0o755 : 0o555);
  }

  function run(...args: string[]) {
    const command = [join(root, 'deploy', 'build', 'run.mjs'), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { ...asUser, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  it('runs from its finished dist, and writes nothing', () => {
    const before = statSync(root).mtimeMs;
    expect(run('harbinger', '--version')).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d/),
      stderr: '',
    });
    expect(run('demo', '--help').stdout).toContain('--mqtt-port');
    expect(run('build')).toMatchObject({ status: 0, stderr: expect.stringContaining('already built') });
    expect(statSync(root).mtimeMs).toBe(before);
  });

  it('ends with a sentence that says what to do where the sources are others', () => {
    setWritable(true);
    writeFileSync(join(root, 'gateway', 'main.ts'), '');
    setWritable(false);
    expect(run('harbinger', '--version')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^harbinger: dist was built from other sources, .*\(vite\): run npm ci [^\n]+ \[BUILD_TOOLS_MISSING\]\n$/,
      ),
    });
    setWritable(true);
    mkdirSync(join(root, 'node_modules', 'vite'));
    setWritable(false);
    expect(run('harbinger', '--version')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^harbinger: .* this user may not write there: run npm run build there as [^\n]+ \[BUILD_NOT_WRITABLE\]\n$/,
      ),
    });
  });
});

it('every script of package.json begins with run.mjs, which names a Node that does not fit in one sentence', () => {
  for (const name of ['deploy', 'shared'])
    cpSync(join(packageRoot, name), join(root, name), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"engines":{"node":">=99.1.0"}}');
  const script = join(root, 'deploy', 'build', 'run.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, 'build'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    1,
    `harbinger: this is Node ${process.versions.node}, and Node 99.1 or newer is needed; README.md says under "A Node that fits" how to get one [NODE_TOO_OLD]\n`,
  ]);
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const command of Object.values(scripts))
    expect(command).toMatch(/^exec node deploy\/build\/run\.mjs \S+$/);
});

it('a command whose tool is not installed says what to do', () => {
  for (const name of ['deploy', 'shared'])
    cpSync(join(packageRoot, name), join(root, name), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(root, 'package.json'));
  mkdirSync(join(root, 'node_modules'));
  for (const [command, tool] of [
    ['docs', 'vitest'],
    ['typecheck', 'typescript'],
    ['lint', '@biomejs/biome'],
    ['format', '@biomejs/biome'],
  ] as const) {
    const script = join(root, 'deploy', 'build', 'run.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      `harbinger: ${tool} is not installed: run npm ci without --omit=dev [BUILD_TOOLS_MISSING]\n`,
    ]);
  }
});
