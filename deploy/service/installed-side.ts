/** Which side an installation can run: the tree has both, a bundle and a package have one (deploy/bundle). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../shared/files/paths.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

export type Side = 'gateway' | 'cloud';

/** The only side that is installed here, or null if both are. */
export function onlySide(root = packageRoot): Side | null {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    harbinger?: { side?: Side };
  };
  return about.harbinger?.side ?? null;
}

/** @throws HarbingerError SIDE_NOT_INSTALLED */
export function requireSide(side: Side, root = packageRoot): void {
  const only = onlySide(root);
  if (only === null || only === side) return;
  throw new HarbingerError(
    'SIDE_NOT_INSTALLED',
    'config',
    `the ${only} alone is installed in ${root}: install the ${side} too (package harbinger-${side}, or its bundle)`,
  );
}
