/** `harbinger users` and `harbinger tokens`, with a cloud's API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { get, startApi, stopAll, token } from '../../../cloud/api/running-api.testing.ts';
import { runInside } from '../run-command.testing.ts';

let dataDir = '';
let base = '';
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-people-'));
  ({ base } = await startApi({ dataDir }));
});
afterEach(async () => {
  await stopAll();
  rmSync(dataDir, { recursive: true });
});

const run = (...args: string[]) => runInside([...args, '--url', base, '--token', token]);
const statusAs = async (given: string) =>
  (await get(`${base}/api/machines`, { authorization: `Bearer ${given}` })).status;
const tokenIn = (text: string) => /token: (\S{32})\n/.exec(text)?.[1] ?? '';

it('adds a user, shows the token once, changes the role, and revokes', async () => {
  const first = tokenIn((await run('users', 'add', 'maria', '--role', 'operator')).stdout);
  expect(await statusAs(first)).toBe(200);
  expect(await run('users', 'add', 'maria', '--role', 'admin')).toMatchObject({ status: 1, stdout: '' });
  expect((await run('users', 'role', 'maria', 'viewer')).stdout).toBe('maria is viewer from now on\n');
  expect((await run('users', 'list')).stdout).toMatch(/maria +viewer +revoked +token/);
  const second = tokenIn((await run('users', 'rotate', 'maria')).stdout);
  expect([await statusAs(first), await statusAs(second)]).toEqual([401, 200]);
  expect(await run('users', 'revoke', 'maria', 'x')).toEqual({
    status: 1,
    stdout: '1 revoked\n',
    stderr: 'nobody has the name x\n',
  });
  expect(await statusAs(second)).toBe(401);
});

it('tokens are listed apart from users, and may end by themselves', async () => {
  await run('tokens', 'add', 'grafana', '--role', 'viewer', '--for', '90d', '--note', 'dashboards');
  expect((await run('users', 'list')).stdout).not.toContain('grafana');
  expect((await run('tokens', 'list')).stdout).toMatch(
    /grafana +viewer +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +token .*dashboards/,
  );
});
