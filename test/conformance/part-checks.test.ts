/** Whatever a part of any seam finds wrong with its settings, files and ports is heard by `config check`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobs as cloudJobs } from '../../cloud/jobs/jobs.ts';
import { checkCloudConfig } from '../../cloud/main.ts';
import { stores } from '../../cloud/store/stores.ts';
import { checkGateway } from '../../gateway/check-config.ts';
import { decisions } from '../../gateway/decisions/decisions.ts';
import { formats } from '../../gateway/decode/formats/formats.ts';
import { jobs } from '../../gateway/jobs/jobs.ts';
import { sources } from '../../gateway/sources/sources.ts';
import type { Listener } from '../../shared/config/listeners.ts';
import { type ConfigProblem, invalid } from '../../shared/config/problem.ts';
import { notifiers } from '../../shared/notifiers/notifiers.ts';
import type { AnyPart } from '../../shared/parts/part.ts';
import { folderOf, sources as sourceFiles } from '../tidy/tree.ts';

interface Checked {
  problems: ConfigProblem[];
}
type Check = (file: string, dataDir: string) => Checked;

const gateway: Check = (file, dataDir) => checkGateway({ file, defaults: { dataDir } }, { files: true });
const cloud: Check = (file) => checkCloudConfig({ config: file }, { files: true });

/** A part of each seam, with a configuration that has it. Both sides' HTTP servers listen on port 8099. */
const seams: { folder: string; parts: readonly AnyPart[]; kind: string; check: Check; text: string }[] = [
  { folder: 'gateway/decode/formats', parts: formats, kind: 'json', check: gateway, text: '' },
  { folder: 'gateway/sources', parts: sources, kind: 'serial', check: gateway, text: '' },
  { folder: 'gateway/decisions', parts: decisions, kind: 'alerts', check: gateway, text: '' },
  { folder: 'gateway/jobs', parts: jobs, kind: 'statistics', check: gateway, text: '' },
  { folder: 'cloud/jobs', parts: cloudJobs, kind: 'retention', check: cloud, text: '' },
  { folder: 'cloud/store', parts: stores, kind: 'embedded', check: cloud, text: '' },
  {
    folder: 'shared/notifiers',
    parts: notifiers,
    kind: 'webhook',
    check: cloud,
    text: '[[alerts.webhook]]\nname = "w"\nurl = "https://example.org/"\n',
  },
];

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-part-checks-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Kinds of documents that a cloud sends down have no settings, files or ports. */
const withoutSettings = ['cloud/fleet/kinds', 'gateway/fleet/kinds'];

it('every registry of parts is tried', () => {
  const parts = sourceFiles
    .map(({ path }) => path)
    .filter((path) => path.endsWith('/part.ts') && path !== 'shared/parts/part.ts');
  const registries = new Set(parts.map((path) => folderOf(folderOf(path))));
  const tried = seams.map(({ folder }) => folder);
  expect([...tried, ...withoutSettings].sort()).toEqual([...registries].sort());
});

describe.each(seams)('a part of $folder', ({ parts, kind, check, text }) => {
  type Asked = Pick<AnyPart, 'check' | 'checkFiles' | 'listeners'>;
  const part = parts.find((candidate) => candidate.kind === kind) as Asked;
  let before: PropertyDescriptorMap;
  beforeEach(() => {
    before = Object.getOwnPropertyDescriptors(part) as PropertyDescriptorMap;
  });
  afterEach(() => {
    for (const name of ['check', 'checkFiles', 'listeners'] as const) delete part[name];
    Object.defineProperties(part, before);
  });

  function keysFound(asked: Asked): string[] {
    Object.assign(part, { check: () => [], checkFiles: () => [], listeners: () => [], ...asked });
    const file = join(dir, 'site.toml');
    const http = check === gateway ? 'gateway = "g"\n[http]' : '[api]';
    writeFileSync(file, `${http}\nport = 8099\n${text}`);
    return check(file, dir).problems.map(({ key, message }) => `${key}: ${message}`);
  }

  it('is asked nothing that makes a sound configuration wrong', () => {
    expect(keysFound({})).toEqual([]);
  });

  it('is heard when it finds wrong settings', () => {
    const wrong = (_config: never, place: string) => [invalid(`${place}.a`, `${place} is odd`)];
    expect(keysFound({ check: wrong })).toContainEqual(expect.stringMatching(/^(\S+)\.a: \1 is odd$/));
  });

  it('is heard when it finds a file that cannot be used', () => {
    const wrong = (_config: never, place: string) => [invalid(`${place}.file`, `${place} is gone`)];
    expect(keysFound({ checkFiles: wrong })).toContainEqual(
      expect.stringMatching(/^(\S+)\.file: \1 is gone$/),
    );
  });

  it('is heard when it will listen on a port that another listener has', () => {
    const listeners = (_config: never, place: string): (() => Listener)[] => [
      () => ({ key: `${place}.p`, host: '127.0.0.1', port: 8099 }),
    ];
    expect(keysFound({ listeners })).toEqual([expect.stringMatching(/port 8099 is taken by/)]);
  });
});
