import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that are looked at, in a folder that may be anything. */
const foldersMax = 2_000;
/** Levels of folders below it in which models lie: `pump-rul`, `rul-turbofan/FD001`. */
const levelsMax = 3;

/** Returns the folders that hold a manifest, in the order of their names; none if the folder cannot be read. */
export function findArtefacts(root: string): string[] {
  const found: string[] = [];
  let looked = 0;
  const look = (folder: string, level: number) => {
    if (++looked > foldersMax) return;
    if (level > 0 && existsSync(join(folder, 'manifest.json'))) {
      found.push(folder);
      return;
    }
    if (level < levelsMax) for (const name of namesIn(folder)) look(join(folder, name), level + 1);
  };
  look(root, 0);
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
