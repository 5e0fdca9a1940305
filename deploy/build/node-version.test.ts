import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { neededNode, nodeProblem } from './node-version.mjs';

const textOf = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const range = (JSON.parse(textOf('package.json')) as { engines: { node: string } }).engines.node;

describe('of the range in package.json', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '22.21.1', '24.0.0', '25.0.0', '30.1.2', '24.0.0-nightly2025'])(
    'Node %s fits',
    (version) => expect(nodeProblem(version, range)).toBeNull(),
  );

  it.each([
    '18.20.8',
    '20.0.0',
    '20.18.3',
    '19.9.0',
    '21.0.0',
    '21.7.3',
    '22.0.0',
    '22.11.0',
    '23.0.0',
    '23.11.1',
  ])('Node %s does not fit, and the sentence says what does', (version) =>
    expect(nodeProblem(version, range)).toBe(
      `this is Node ${version}, and Node 20 (from 20.19), 22 (from 22.12), or 24 or newer is needed; README.md says under "A Node that fits" how to get one`,
    ),
  );

  it.each(['README.md', 'deploy/docs/contributing.md'])('%s says the same', (path) => {
    expect(textOf(path)).toContain(neededNode(range));
  });
});

test('a patch counts where the range names one', () => {
  expect(nodeProblem('20.19.1', '^20.19.2')).toContain('Node 20 (from 20.19.2) is needed');
  expect(nodeProblem('20.19.2', '^20.19.2')).toBeNull();
  expect(nodeProblem('20.20.0', '^20.19.2')).toBeNull();
});

test('a range of another form is an error, and no version passes by accident', () => {
  for (const other of ['20', '>=20', '20.x || ^22.12.0', '~20.19.0'])
    expect(() => nodeProblem('22.12.0', other)).toThrow(RangeError);
});
