import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { FreeSpace } from './free-space.ts';

it('returns the free bytes of the disk, and null once the folder is gone', async () => {
  const clock = manualClock();
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-free-'));
  const space = new FreeSpace(folder, clock);
  expect(space.bytes).toBeNull();
  const { bavail, bsize, blocks } = statfsSync(folder);
  await vi.waitFor(() => expect(space.bytes).not.toBeNull(), 30_000);
  expect(Math.abs(space.bytes! - bavail * bsize)).toBeLessThan(0.1 * blocks * bsize);
  rmSync(folder, { recursive: true });
  expect(space.bytes).not.toBeNull(); // not queried again yet
  await clock.advance(5_000);
  await vi.waitFor(() => expect(space.bytes).toBeNull(), 30_000);
});
