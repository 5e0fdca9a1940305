/** A cloud backed up under load, lost with its disk, and restored: real processes, the real command line. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { LoadGenerator } from '../../load/generator.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { drained, type Site, startSite } from '../site.ts';
import { acked, ackedNow, missingOf, startLoad, storedOnce } from './backed-up-loads.ts';

let site: Site;
const loads: LoadGenerator[] = [];
afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.stop()));
  await site.dispose();
});

const start = async (name: string) => {
  const load = await startLoad(site, name);
  loads.push(load);
  return load;
};

const cloudDir = () => join(site.folder, 'cloud');

async function restoreCloud(file: string): Promise<void> {
  await site.cloud.kill9();
  rmSync(cloudDir(), { recursive: true });
  const { code, stderr } = await harbinger('restore', '--from', file, '--data', cloudDir());
  expect(stderr).toBe('');
  expect(code).toBe(0);
}

interface Restored {
  restored: { missing: { gateway: string; lane: string; blocks: number }[] } | null;
}

it('has what was stored when the backup began; it reports what is missing; journals that are sent again fill it', {
  tags: ['long'],
}, async () => {
  site = await startSite();
  const file = join(site.folder, 'cloud.tar');
  const load = await start('load');
  await acked(load, 6_000);
  const early = ackedNow(load);
  await drained(site);
  const made = await harbingerJson<{ bytes: number; role: string }>(
    'backup',
    '--data',
    cloudDir(),
    '--to',
    file,
  );
  expect(made.role).toBe('cloud');
  expect(statSync(file)).toMatchObject({ size: made.bytes });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await harbinger('backup', 'show', file)).stdout).toMatch(/a sound backup of a cloud/);
  // The cloud stores on, and gateways let go of it; the hold of the store has ended.
  await acked(load, load.progress.acked + 6_000);
  await load.stop();
  await drained(site);

  await restoreCloud(file);
  await site.cloud.restart();
  const later = await start('later');
  await acked(later, 2_000);
  await later.stop();
  await drained(site);
  const stored = await storedOnce(site);
  expect(missingOf([...early, ...ackedNow(later)], stored)).toEqual([]);
  expect(missingOf(ackedNow(load), stored).length).toBeGreaterThan(0);
  const { restored } = await site.cloud.json<Restored>('/api/status');
  const lacking = restored?.missing.find(({ lane }) => lane === 'readings');
  expect(lacking).toMatchObject({ gateway: 'site1' });
  expect(lacking?.blocks).toBeGreaterThan(0);
  expect(site.cloud.logs.some(({ text }) => text.includes('was restored from a backup'))).toBe(true);

  // As the documents say: restored again, and the journal is sent again from its beginning.
  await site.gateway.stop();
  await restoreCloud(file);
  rmSync(join(site.gatewayDir, 'journal', 'cursors.json'));
  await site.cloud.restart();
  await site.gateway.restart();
  await drained(site);
  expect(missingOf([...ackedNow(load), ...ackedNow(later)], await storedOnce(site))).toEqual([]);
});

it('backups made one after the other under load are sound and do not disturb each other', async () => {
  site = await startSite();
  const load = await start('load');
  await acked(load, 2_000);
  const together = await Promise.all(
    [1, 2].map((number) =>
      harbinger('backup', '--data', cloudDir(), '--to', join(site.folder, `together-${number}.tar`)),
    ),
  );
  // They may happen to follow each other; if not, the second is told to wait.
  for (const { code, stderr } of together)
    if (code !== 0) expect(stderr).toMatch(/a backup is being made already.*\[API_REFUSED\]/);
  expect(together.some(({ code }) => code === 0)).toBe(true);
  for (let number = 1; number <= 3; number++) {
    await acked(load, load.progress.acked + 1_000);
    const file = join(site.folder, `cloud-${number}.tar`);
    expect(await harbinger('backup', '--data', cloudDir(), '--to', file)).toMatchObject({ code: 0 });
    expect((await harbinger('backup', 'show', file)).code).toBe(0);
  }
  expect(load.progress.reconnects).toBe(0);
  await load.stop();
  await drained(site);
  const [stored, all] = [await storedOnce(site), ackedNow(load)];
  expect(missingOf(all, stored)).toEqual([]);

  // Stopped, the folder is read directly.
  await site.cloud.stop();
  const file = join(site.folder, 'stopped.tar');
  expect(await harbinger('backup', '--data', cloudDir(), '--to', file)).toMatchObject({ code: 0 });
  await restoreCloud(file);
  await site.cloud.restart();
  expect(missingOf(all, await storedOnce(site))).toEqual([]);
});
