/**
 * Versions of a model while the link is cut and the gateway is killed in the middle of each step: downloading, trying, promoting, taking
 * back. Nothing is half in place, no record is lost, and each reading is judged once, by one version.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Link } from '../../chaos/site/link.ts';
import { createModelSite, modelCommands, modelIsReady, promotions } from '../model-site.ts';
import { makeVersion } from '../model-version.ts';
import { PumpHall } from '../pump-hall.ts';
import { drained, type Site, until } from '../site.ts';

const bundleBytes = 400_000;
/** Many readings, each of which is waited for. */
const timeout = 900_000;
let folder = '';
let site: Site;
let link: Link;
let hall: PumpHall;
let models: ReturnType<typeof modelCommands>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harbinger-steps-'));
  link = new Link(() => site.ingestPort);
  await link.start();
  // A download of several seconds, so that it has a middle.
  site = await createModelSite({ models: { downloadBytesPerS: 60_000 } }, { uplinkPort: link.port });
  await site.cloud.start();
  await site.gateway.start();
  await modelIsReady(site);
  models = modelCommands(site);
  hall = new PumpHall(site, ['pump-1', 'pump-2', 'pump-3'], () => 400);
  await hall.connect();
  await hall.fill();
  const version = { version: '2.1.0', padding: bundleBytes };
  await models.run('push', await makeVersion(join(folder, 'made'), version));
});
afterEach(async () => {
  await hall?.end();
  await site?.dispose();
  await link.stop();
  await rm(folder, { recursive: true });
});

const ref = 'pump-rul@2.1.0';
const at = (...path: string[]) => join(site.gatewayDir, 'models', ...path);
const filesIn = async (path: string) => (existsSync(path) ? readdir(path) : []);

/** Bytes of the download that lie on the disk. */
async function fetched(): Promise<number> {
  const files = await filesIn(at('incoming'));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(at('incoming', file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Waits until a part of the bundle has come. */
async function halfFetched(): Promise<number> {
  await until(async () => (await fetched()) > bundleBytes / 4, 'a part of the download');
  expect(await filesIn(at('installed'))).toEqual([]);
  return fetched();
}

interface Downloads {
  models: { downloads: { bytes: number; installed: number } };
}
const downloads = async () => (await site.gateway.json<Downloads>('/api/status')).models.downloads;

async function restart(): Promise<void> {
  await site.gateway.restart();
  await modelIsReady(site);
  await hall.connect();
}

async function phases(): Promise<string[][]> {
  await drained(site);
  const versions = await hall.versions();
  return [...versions.values()].map((each) =>
    each.filter((version, i) => version !== each[i - 1]).map((version) => version.split('@')[1]!),
  );
}

const actions = async () =>
  (await promotions(site)).map(({ subject, mode, answer }) => `${subject} ${mode} ${answer.action}`).sort();

it('a link that is cut in the middle of each step delays it, and changes nothing else', {
  timeout,
  tags: ['long'],
}, async () => {
  await models.ask('shadow', ref, '--machines', 'plant/*');
  await halfFetched();
  link.cut();
  await hall.rounds(2);
  expect(await filesIn(at('installed'))).toEqual([]);
  link.heal();
  await models.stands('shadow', 'in-force');
  expect(await filesIn(at('installed'))).toEqual([ref]);
  const { bytes } = await downloads();
  // At most the piece that was under way came twice.
  expect(bytes).toBeLessThan(bundleBytes + 2 * (64 << 10) + 60_000);

  const told = async () => (await models.compared())[0]?.figures.readings ?? 0;
  link.cutAfter(300);
  await hall.rounds(3);
  await until(async () => (await told()) > 0, 'figures of the trial');

  for (const [step, command] of [
    ['promote', () => models.ask('promote', ref)],
    ['rollback', () => models.ask('rollback', 'pump-rul')],
  ] as const) {
    const judging = step === 'promote' ? [ref] : [];
    link.cutAfter(150);
    await command();
    await hall.roundsUntil(async () => (await models.judging()).join() === judging.join());
    await hall.rounds(2);
  }

  link.cut();
  await models.ask('promote', ref);
  await hall.rounds(2);
  expect(await models.judging()).toEqual([]);
  link.heal();
  await models.stands('active', 'in-force');
  await hall.rounds(2);

  for (const each of await phases()) expect(each).toEqual(['2.0.0', '2.1.0', '2.0.0', '2.1.0']);
  const wanted = (await actions()).filter((each) => !each.endsWith('removed'));
  expect(wanted).toEqual([`${ref} override active`, `${ref} override active`, `${ref} override shadow`]);
});

it('kill -9 in the middle of a download, and between a promotion and its record, loses and doubles nothing', {
  timeout,
}, async () => {
  await models.ask('shadow', ref);
  const had = await halfFetched();
  await site.gateway.kill9();
  expect(await filesIn(at('installed'))).toEqual([]);
  await restart();
  await models.stands('shadow', 'in-force');
  expect(await filesIn(at('installed'))).toEqual([ref]);
  expect(await filesIn(at('incoming'))).toEqual([]);
  const { bytes, installed } = await downloads();
  expect(installed).toBe(1);
  // It went on where it was: the piece that was under way may have been lost.
  expect(bytes).toBeLessThan(bundleBytes + 60_000 - had + (64 << 10));
  await hall.rounds(2);
  await hall.estimatesStored();

  await models.ask('promote', ref);
  // Saved with the step, and forgotten when the journal has its record.
  const file = join(site.gatewayDir, 'models.json');
  await until(async () => existsSync(file) && (await readFile(file, 'utf8')).includes(ref), 'the promotion');
  await site.gateway.kill9();
  await restart();
  await models.stands('active', 'in-force');
  expect(await models.judging()).toEqual([ref]);
  // Until the promoted one is loaded again, the one before it answers.
  await hall.roundsUntil(() => hall.hasJudged(ref));

  await models.ask('rollback', 'pump-rul');
  await until(async () => (await models.judging()).length === 0, 'the installed version to judge');
  await hall.estimatesStored();
  await site.gateway.kill9();
  await restart();
  await hall.rounds(2);
  for (const each of await phases()) expect(each).toEqual(['2.0.0', '2.1.0', '2.0.0']);
  await until(
    async () => (await actions()).includes(`${ref} override active`),
    'the record of the promotion',
  );
  expect((await actions()).filter((each) => each.endsWith('active'))).toHaveLength(1);
  const saved = JSON.parse(await readFile(file, 'utf8'));
  expect(saved.owed ?? []).toEqual([]);
});
