import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../shared/runtime/log.ts';
import { isLoopbackName } from './api/access.ts';
import type { ApiConfig } from './api/config.ts';

/**
 * The API's configuration with a token, where one is needed and none is set: a random one, made once and kept in the
 * data folder for its owner alone. So there is no default password, and no open API that nobody asked for.
 */
export function withToken(config: ApiConfig, dataDir: string, log: Log): ApiConfig {
  if (config.token !== undefined || (config.openOnLoopback && isLoopbackName(config.host))) return config;
  const path = join(dataDir, 'api-token');
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  log.info({ path }, 'the API’s token is in this file');
  return { ...config, token: readFileSync(path, 'utf8').trim() };
}
