import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commitOf } from '../measure/checkout.ts';
import { fileSystemOf, fileSystemText, requireDisk } from '../measure/disk.ts';
import type { GatewayStatus } from '../sides/sides.ts';
import { assessedBetween, diskProblems, rateProblems, storeProblems } from './checks.ts';

it('refuses a folder in memory, and says what to do', () => {
  expect(() => requireDisk('/tmp', 0x01021994)).toThrow(
    /^\/tmp is on a tmpfs.*Set TMPDIR to a folder on a disk/,
  );
  expect(() => requireDisk('/run/x', 0x858458f6)).toThrow('/run/x is on a ramfs');
  expect(() => requireDisk('/tmp', 0xef53)).not.toThrow();
  expect(() => requireDisk('/tmp', 0x1a)).not.toThrow();
});

it('names the file system', () => {
  expect(fileSystemText(0xef53)).toBe('ext2/3/4 (0xef53)');
  expect(fileSystemText(0x1a)).toBe('0x1a');
  expect(fileSystemOf(tmpdir())).toMatch(/0x[0-9a-f]+/);
});

it('finds the commit of a checkout, and none in another folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  };
  const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
  expect(commitOf(folder)).toBeNull();
  write('.git/HEAD', 'ref: refs/heads/main');
  expect(commitOf(folder)).toBeNull(); // nothing is committed yet
  write('.git/packed-refs', `# pack-refs with: peeled fully-peeled sorted\n${first} refs/heads/main`);
  expect(commitOf(folder)).toBe('1111111');
  write('.git/refs/heads/main', second);
  expect(commitOf(folder)).toBe('2222222');
  write('.git/HEAD', third); // a detached HEAD
  expect(commitOf(folder)).toBe('3333333');
  write('.git/worktrees/beside/HEAD', 'ref: refs/heads/main');
  write('.git/worktrees/beside/commondir', '../..');
  write('beside/.git', `gitdir: ${join(folder, '.git', 'worktrees', 'beside')}`);
  expect(commitOf(join(folder, 'beside'))).toBe('2222222');
  mkdirSync(join(folder, 'inside'));
  expect(commitOf(join(folder, 'inside'))).toBeNull();
});

it('detects a rate that was not reached, a file system in memory, and a store with other content', () => {
  expect(rateProblems('live data', 4_760, 5_000)).toEqual([]);
  expect(rateProblems('live data', 4_740, 5_000)).toEqual(['live data: only 4740 a second of 5000']);
  expect(rateProblems('live data', Number.NaN, 5_000)).toHaveLength(1);
  expect([diskProblems(1.13), diskProblems(Number.NaN)]).toEqual([[], []]);
  expect(diskProblems(0)).toEqual([expect.stringContaining('0.00 bytes written to disk')]);
  expect(storeProblems({ rows: 10, distinct: 10 }, 10)).toEqual([]);
  expect(storeProblems({ rows: 11, distinct: 10 }, 10)).toEqual([
    '11 rows stored of 10 acknowledged',
    'only 10 of 11 rows are distinct',
  ]);
});

function status(
  counts: Partial<Record<'active' | 'fallback' | 'short' | 'dropped' | 'failures', number>>,
): GatewayStatus {
  const { active = 0, fallback = 0, short = 0, dropped = 0, failures = 0 } = counts;
  return {
    pipeline: { messages: 0, readings: 0, deadLetters: 0 },
    journals: [],
    backlog: {},
    uplink: null,
    intelligence: {
      windows: { rows: 0 },
      model: { state: 'ready', backend: { name: 'wasm' }, requests: 0, failures },
      scorer: { machines: active + fallback - short + dropped },
    },
    models: { running: [], trials: [] },
    alerts: { dropped, short, decision: { decided: { active, fallback }, undecided: 0 } },
  };
}

it('requires a minimum rate of assessments by the model, and none by anything else', () => {
  const before = status({ active: 500, fallback: 40, failures: 2 });
  const good = assessedBetween(before, status({ active: 4_500, fallback: 47, short: 7, failures: 2 }), 4);
  expect(good).toMatchObject({ machines: 4_000, byModelPerSecond: 1_000, problems: [] });
  const slow = assessedBetween(before, status({ active: 4_400, fallback: 40, failures: 2 }), 4);
  expect(slow.problems).toEqual(['only 975 assessments a second by the model, of 1000 at least']);
  const failing = status({ active: 8_500, fallback: 43, dropped: 2, failures: 3 });
  expect(assessedBetween(before, failing, 4).problems).toEqual([
    '5 assessments not by the model',
    'the model failed 1 times',
  ]);
});
