import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log.ts';

/**
 * A random API token, made once and kept in the data folder for its owner alone: so there is no default password, and
 * no open API that nobody asked for. The log says where it is, never what it is.
 */
export function keptToken(dataDir: string, log: Log): string {
  const path = join(dataDir, 'api-token');
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  log.info({ path }, 'the API’s token is in this file');
  return readFileSync(path, 'utf8').trim();
}
