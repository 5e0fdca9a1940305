/**
 * Damage (test/chaos/faults/damage): to journal, databases and state files, and old copies put back. It is done
 * between kill -9 and start, so that its possible effect is known exactly.
 *
 * Damage to a file, regardless of its format.
 */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Draw } from '../../draw/draw.ts';

export const fileDamages = ['flipped bits', 'truncated', 'zero-filled', 'garbage', 'deleted'] as const;
export type FileDamage = (typeof fileDamages)[number];

export function damageFile(path: string, how: FileDamage, draw: Draw): void {
  const { size } = statSync(path);
  const at = (share: number) => Math.min(size - 1, Math.floor(share * size));
  if (how === 'deleted') return rmSync(path);
  if (size === 0) return;
  if (how === 'truncated') return truncateSync(path, at(draw.share()));
  const bytes = readFileSync(path);
  if (how === 'flipped bits') flipBits(bytes, 0, size, draw);
  else {
    const from = at(draw.share());
    const replacement =
      how === 'garbage' ? draw.bytes(Math.min(size - from, 4_096)) : Buffer.alloc(size - from);
    replacement.copy(bytes, from);
  }
  writeFileSync(path, bytes);
}

/** Flips one to eight bits in `[from, to)`. Returns their positions. */
export function flipBits(bytes: Buffer, from: number, to: number, draw: Draw): number[] {
  return Array.from({ length: draw.int(1, 8) }, () => {
    const at = draw.int(from, to - 1);
    bytes[at]! ^= 1 << draw.int(0, 7);
    return at;
  });
}
