/** A gateway backed up under load, lost with its disk, and restored: real processes, the real command line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { type Disk, makeDisk } from '../../chaos/site/disk.ts';
import type { LoadGenerator } from '../../load/generator.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { drained, type Site, startSite, statusOf, until } from '../site.ts';
import { acked, ackedNow, missingOf, startLoad, storedOnce } from './backed-up-loads.ts';

let site: Site;
let disk: Disk | null = null;
const loads: LoadGenerator[] = [];
afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.stop()));
  disk?.close();
  disk = null;
  await site.dispose();
});

const start = async (name: string) => {
  const load = await startLoad(site, name);
  loads.push(load);
  return load;
};

/** Kills the gateway, removes its data folder, and restores it. */
async function loseAndRestore(file: string): Promise<void> {
  await site.gateway.kill9();
  rmSync(site.gatewayDir, { recursive: true });
  const { code, stderr } = await harbinger('restore', '--from', file, '--data', site.gatewayDir);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  await site.gateway.restart();
}

it('older than what its cloud has: nothing is stored twice, and what is new is not taken for known', {
  tags: ['long'],
}, async () => {
  site = await startSite();
  const file = join(site.folder, 'gateway.tar');
  const before = await start('before');
  await acked(before, 4_000);
  const ackedBefore = ackedNow(before);
  const made = await harbingerJson<{ bytes: number }>('backup', '--data', site.gatewayDir, '--to', file);
  expect(statSync(file).size).toBe(made.bytes);
  // The original goes on: the cloud gets and confirms what the backup does not have.
  await acked(before, before.progress.acked + 4_000);
  const report = await before.stop();
  expect(report.acked).toBe(report.sent);
  await drained(site);
  await loseAndRestore(file);

  const after = await start('after');
  await acked(after, 4_000);
  await after.stop();
  await drained(site);
  const stored = await storedOnce(site);
  expect(ackedBefore.length).toBeGreaterThanOrEqual(4_000);
  // All of it had reached the cloud, so nothing at all is lost.
  expect(missingOf([...ackedNow(before), ...ackedNow(after)], stored)).toEqual([]);
});

it('with a backlog that its cloud has got meanwhile: it is sent again and recognised', {
  tags: ['long'],
}, async () => {
  site = await startSite();
  const file = join(site.folder, 'gateway.tar');
  await site.cloud.stop();
  const before = await start('before');
  await acked(before, 5_000);
  const ackedBefore = ackedNow(before);
  const { code } = await harbinger('backup', '--data', site.gatewayDir, '--to', file);
  expect(code).toBe(0);
  await site.cloud.restart();
  await drained(site);
  await acked(before, before.progress.acked + 1_000);
  await site.cloud.kill9();
  // Later acknowledgements are on the lost disk only.
  await acked(before, before.progress.acked + 1_000);
  await before.stop();
  await site.gateway.kill9();
  rmSync(site.gatewayDir, { recursive: true });
  expect((await harbinger('restore', '--from', file, '--data', site.gatewayDir)).code).toBe(0);
  await site.cloud.restart();
  await site.gateway.restart();
  await until(async () => (await statusOf(site.gateway)).uplink.connected, 'the uplink to connect');
  await drained(site);
  expect(await site.cloud.metric('harbinger_ingest_duplicate_blocks_total')).toBeGreaterThan(0);
  const after = await start('after');
  await acked(after, 2_000);
  await after.stop();
  await drained(site);
  const stored = await storedOnce(site);
  expect(missingOf([...ackedBefore, ...ackedNow(after)], stored)).toEqual([]);
});

it('made when it is stopped, or after it was killed, it has everything', async () => {
  site = await startSite();
  await site.cloud.stop();
  const load = await start('load');
  await acked(load, 2_000);
  await load.stop();
  await site.gateway.kill9();
  const file = join(site.folder, 'gateway.tar');
  expect((await harbinger('backup', '--data', site.gatewayDir, '--to', file)).code).toBe(0);
  rmSync(site.gatewayDir, { recursive: true });
  expect((await harbinger('restore', '--from', file, '--data', site.gatewayDir)).code).toBe(0);
  await site.gateway.restart();
  await site.cloud.restart();
  await drained(site);
  expect(missingOf(ackedNow(load), await storedOnce(site))).toEqual([]);
});

it('on a full disk the backup is a clear error, and neither it nor a part of it is left', {
  tags: ['long'],
}, async ({ skip }) => {
  site = await startSite();
  disk = makeDisk(site.folder, 'target', 24);
  if (disk.unavailable !== null) return skip(disk.unavailable);
  const load = await start('load');
  await acked(load, 10_000);
  disk.fill();
  const file = join(disk.path, 'gateway.tar');
  const { code, stderr } = await harbinger('backup', '--data', site.gatewayDir, '--to', file);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^harbinger: the backup .*gateway\.tar cannot be written: .*free.*\[BACKUP_TARGET\]\n$/,
  );
  expect(readdirSync(disk.path).filter((name) => name.startsWith('gateway'))).toEqual([]);
  // The gateway has not noticed.
  await acked(load, load.progress.acked + 1_000);
  expect(load.progress.reconnects).toBe(0);
});

it('a restore that is killed leaves nothing that can be started on', { tags: ['long'] }, async () => {
  site = await startSite();
  const load = await start('load');
  await acked(load, 20_000);
  await load.stop();
  const file = join(site.folder, 'gateway.tar');
  expect((await harbinger('backup', '--data', site.gatewayDir, '--to', file)).code).toBe(0);
  await site.gateway.kill9();
  rmSync(site.gatewayDir, { recursive: true });
  await killRestore(file, site.gatewayDir);
  await expect(site.gateway.restart()).rejects.toThrow(/unfinished restore.*DATA_DIR/s);
  const { code, stderr } = await harbinger('restore', '--from', file, '--data', site.gatewayDir);
  expect(code).toBe(1);
  expect(stderr).toMatch(/unfinished restore.*\[RESTORE_TARGET\]/);
  rmSync(site.gatewayDir, { recursive: true });
  expect((await harbinger('restore', '--from', file, '--data', site.gatewayDir)).code).toBe(0);
  await site.gateway.restart();
});

/** Kills a restore between its beginning and its end; one that ends sooner than it is seen to begin is tried again. */
async function killRestore(file: string, dataDir: string): Promise<void> {
  const args = [compiledEntry('deploy/cli/main'), 'restore', '--from', file, '--data', dataDir];
  const mark = join(dataDir, 'restore-unfinished');
  for (let attempt = 0; attempt < 20; attempt++) {
    rmSync(dataDir, { recursive: true, force: true });
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const exited = once(child, 'exit');
    while (!existsSync(mark) && child.exitCode === null) await nextTurn();
    child.kill('SIGKILL');
    await exited;
    if (existsSync(mark)) return;
  }
  throw new Error('no restore was seen between its beginning and its end');
}
