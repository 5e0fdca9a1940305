/** Style as a test: walls between folders, length of files, calls that must go through shared/runtime. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../shared/runtime/paths.ts';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: packageRoot,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((path) => path !== '' && existsSync(join(packageRoot, path)));
const sources = files
  .filter((path) => /\.(ts|tsx)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') }));
const isTest = (path: string) => /\.(test|testing)\.ts$/.test(path) || path.startsWith('test/');
const product = sources.filter(({ path }) => !isTest(path) && !path.startsWith('cloud/console/'));

/** What each top folder may import of the others. deploy/ puts everything together; test/ may look everywhere. */
const allowed: Record<string, readonly string[]> = {
  shared: [],
  gateway: ['shared'],
  cloud: ['shared'],
  models: ['shared'],
  deploy: ['shared', 'gateway', 'cloud', 'models'],
  test: ['shared', 'gateway', 'cloud', 'models', 'deploy'],
};

/** Parts of one side know its ports and shared/, not each other; files directly in gateway/ and cloud/ compose them. */
function partOf(path: string): string | null {
  const [side, part] = path.split('/');
  return (side === 'gateway' || side === 'cloud') && part !== 'ports' && path.split('/').length > 2
    ? `${side}/${part}`
    : null;
}

function importsOf({ path, text }: { path: string; text: string }): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => normalize(join(dirname(path), specifier)));
}

describe('walls', () => {
  it.each(Object.keys(allowed))('%s imports only what it may', (folder) => {
    const broken = sources
      .filter(({ path }) => path.startsWith(`${folder}/`) && (!isTest(path) || folder !== 'test'))
      .flatMap((source) => importsOf(source).map((target) => ({ from: source.path, target })))
      .filter(({ from, target }) => {
        const top = target.split('/')[0]!;
        if (top === folder || allowed[folder]?.includes(top)) return false;
        return !(isTest(from) && top === 'test');
      });
    expect(broken).toEqual([]);
  });

  it('parts of a side do not import each other', () => {
    const broken = product.flatMap((source) => {
      const part = partOf(source.path);
      return importsOf(source)
        .filter((target) => part !== null && partOf(target) !== null && partOf(target) !== part)
        .filter((target) => !/^(gateway|cloud)\/ports\//.test(target))
        .map((target) => `${source.path} → ${target}`);
    });
    expect(broken).toEqual([]);
  });
});

describe('pieces', () => {
  it('no file is longer than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('only the agreed folders stand at the top', () => {
    const top = new Set(files.map((path) => path.split('/')[0]!).filter((name) => !name.startsWith('.')));
    const expected = [
      ...Object.keys(allowed),
      'LICENSE',
      'README.md',
      'package-lock.json',
      'package.json',
      'tsconfig.json',
    ];
    expect([...top].filter((name) => !expected.includes(name))).toEqual([]);
  });
});

describe('time and chance come from shared/runtime', () => {
  const banned = /\b(Date\.now|Math\.random)\(|new Date\(\)/;
  it('no product code asks for them itself', () => {
    const broken = product
      .filter(({ path }) => !path.startsWith('shared/runtime/'))
      .filter(({ text }) => text.split('\n').some((line) => banned.test(line) && !/^\s*(\*|\/\/)/.test(line)))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });
});

describe('documents', () => {
  it('name only metrics that there are', () => {
    const code = product.map(({ text }) => text).join('\n');
    const documents = files.filter((path) => path.endsWith('.md') && !path.startsWith('models/'));
    const unknown = documents.flatMap((path) => {
      const named = readFileSync(join(packageRoot, path), 'utf8').match(/\bharbinger_[a-z_]+\b/g) ?? [];
      return named.filter((name) => !exposes(code, name)).map((name) => `${path}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });
});

/** Ingest metrics are named with their prefix left out. `harbinger_x_*` means some that begin so. */
function exposes(code: string, name: string): boolean {
  if (name.endsWith('_')) return code.includes(`'${name}`);
  return code.includes(`'${name}'`) || code.includes(`'${name.replace('harbinger_ingest_', '')}'`);
}

describe('the lock file', () => {
  it('names no host of a registry', () => {
    expect(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved":\s*"http/);
  });
});
