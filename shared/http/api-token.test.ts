import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../runtime/log.ts';
import { withToken } from './api-token.ts';
import type { HttpGuardConfig } from './guard.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-token-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const settings: HttpGuardConfig = { host: '0.0.0.0', openOnLoopback: false };

it('is generated if none is set, readable by its owner only, and reused at the next start', () => {
  const { token } = withToken(settings, join(dir, 'data'), silentLog);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(statSync(join(dir, 'data', 'api-token')).mode & 0o777).toBe(0o600);
  expect(withToken(settings, join(dir, 'data'), silentLog).token).toBe(token);
});

it('is generated again if its file is empty', () => {
  writeFileSync(join(dir, 'api-token'), '');
  const { token } = withToken(settings, dir, silentLog);
  expect(readFileSync(join(dir, 'api-token'), 'utf8')).toBe(`${token}\n`);
  expect(token).not.toBe('');
});

it('is not generated if one is set, or if only this computer is let in', () => {
  expect(withToken({ ...settings, token: 'x'.repeat(16) }, dir, silentLog).token).toBe('x'.repeat(16));
  const local = { host: '127.0.0.1', openOnLoopback: true };
  expect(withToken(local, dir, silentLog)).toEqual(local);
  expect(withToken({ ...local, host: '0.0.0.0' }, dir, silentLog)).toHaveProperty('token');
});

it('a pipe in its place is refused, and not waited for', () => {
  execFileSync('mkfifo', [join(dir, 'api-token')]);
  expect(() => withToken(settings, dir, silentLog)).toThrow(/api-token cannot be read: it is a pipe/);
});
