import { createHash } from 'node:crypto';

const kept = new Map<string, number>();
const keptMax = 50_000;

/**
 * Where a machine is between 0 and 1: by its name alone, so that it is the same at every gateway, in the cloud, and for every
 * version, and a share of 0.1 is a part of one of 0.2.
 */
export function shareAt(name: string): number {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const at = createHash('sha256').update(name).digest().readUIntBE(0, 6) / 2 ** 48;
  if (kept.size >= keptMax) kept.clear();
  kept.set(name, at);
  return at;
}
