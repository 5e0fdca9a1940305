import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFileSync } from '../files/replace.ts';
import type { Log } from '../runtime/log.ts';
import { newSecret } from '../security/secret.ts';
import { type HttpGuardConfig, isOpenOnLoopback } from './guard.ts';

/**
 * Adds a token to the HTTP settings if one is needed and none is set: a random one, generated once and stored in the
 * data folder, readable by its owner only. So there is neither a default password nor an API that is open by accident.
 * The log says where the token is, never what it is.
 */
export function withToken<C extends HttpGuardConfig>(config: C, dataDir: string, log: Log): C {
  if (config.token !== undefined || isOpenOnLoopback(config)) return config;
  const path = join(dataDir, 'api-token');
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  const token = kept === '' ? newSecret(24).toString('base64url') : kept;
  if (kept === '') {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    replaceFileSync(path, `${token}\n`, { mode: 0o600 });
  }
  log.info({ path }, 'the API’s token is in this file');
  return { ...config, token };
}
