import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { trackedIn } from './tree.ts';

it('files that a person keeps in the clone, and has not added, are not examined', () => {
  const root = mkdtempSync(join(tmpdir(), 'harbinger-tidy-'));
  try {
    expect(trackedIn(root)).toBeNull();
    execFileSync('git', ['init', '-q'], { cwd: root });
    for (const name of ['added.ts', 'gateway.toml']) writeFileSync(join(root, name), '');
    execFileSync('git', ['add', 'added.ts'], { cwd: root });
    expect(trackedIn(root)).toEqual(['added.ts']);
  } finally {
    rmSync(root, { recursive: true });
  }
});
