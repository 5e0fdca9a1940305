/**
 * Entry of a short process that reads the old dead letters once. lmdb trusts its file, so damage may end the process that
 * reads it: this one, and not the gateway.
 */
import { messageOf } from '../../../shared/runtime/errors.ts';
import { isSystemError, readThrough } from './old-letters.ts';
import { readerExits } from './try-reading.ts';

try {
  await readThrough(process.argv[2]!);
} catch (error) {
  process.stderr.write(messageOf(error));
  process.exitCode = isSystemError(error) ? readerExits.system : readerExits.damaged;
}
