import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Store } from '../database.ts';

/**
 * Rises when an earlier version could not read the tables, or would lose something of them. 2: alerts that are about
 * Harbinger itself, and have no prediction.
 */
const operationsFormat = 2;

/**
 * Checks that this version knows the tables, and notes their format; a database without a note is of version 0.1.0.
 * @throws HarbingerError OPERATIONS_VERSION, and nothing is changed
 */
export function claimFormat(store: Store, folder: string): void {
  const table = store.table<number>('format');
  const found = table.get('tables') ?? null;
  if (found !== null && found > operationsFormat) {
    throw new HarbingerError(
      'OPERATIONS_VERSION',
      'store',
      `operations database ${folder} has format ${found}, and this version of Harbinger knows ${operationsFormat}: start ` +
        'the version that wrote it, or restore a backup of this version',
    );
  }
  if (found === operationsFormat) return;
  // It precedes every other change, so that nothing of this format is ever there without it.
  store.transaction(() => table.put('tables', operationsFormat)).catch(() => {});
}
