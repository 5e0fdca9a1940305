import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readProblem } from '../files/read-problem.ts';
import { readRegularText } from '../files/read-regular.ts';
import { replaceFileSync } from '../files/replace.ts';
import { HarbingerError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { newSecret } from '../security/secret.ts';
import { type HttpGuardConfig, isOpenOnLoopback } from './guard.ts';

/**
 * Reads the token that a gateway or cloud has stored; null if there is none. @throws HarbingerError DATA_DIR if there is
 * one that cannot be read
 */
export function readToken(path: string): string | null {
  try {
    return existsSync(path) ? readRegularText(path).trim() : null;
  } catch (error) {
    throw new HarbingerError('DATA_DIR', 'cli', `the token ${path} cannot be read: ${readProblem(error)}`);
  }
}

/**
 * Adds a token to the HTTP settings if one is needed and none is set: a random one, generated once and stored in the
 * data folder, readable by its owner only. So there is neither a default password nor an API that is open by accident.
 * The log says where the token is, never what it is.
 */
export function withToken<C extends HttpGuardConfig>(config: C, dataDir: string, log: Log): C {
  if (config.token !== undefined || isOpenOnLoopback(config)) return config;
  const path = join(dataDir, 'api-token');
  const kept = readToken(path) ?? '';
  const token = kept === '' ? newSecret(24).toString('base64url') : kept;
  if (kept === '') {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    replaceFileSync(path, `${token}\n`, { mode: 0o600 });
  }
  log.info({ path }, 'the API’s token is in this file');
  return { ...config, token };
}
