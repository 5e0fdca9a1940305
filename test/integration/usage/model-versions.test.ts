/**
 * Versions of a model with real processes: a candidate runs beside, is compared, promoted and taken back by a person; a worse one is
 * taken back by its guard, and a better one is promoted. The test's own ledger says that each reading was judged once, by one version.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createModelSite, modelCommands, modelIsReady, promotions } from '../model-site.ts';
import { makeVersion } from '../model-version.ts';
import { PumpHall } from '../pump-hall.ts';
import { drained, type Site, until } from '../site.ts';

/** Many readings, each of which is waited for. */
const timeout = 900_000;
let folder = '';
let site: Site;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harbinger-versions-'));
});
afterEach(async () => {
  await site?.dispose();
  await rm(folder, { recursive: true });
});

const names = ['pump-1', 'pump-2', 'pump-3', 'pump-4'];
/** The versions that have judged a machine, each as long as it did. */
const phasesOf = (versions: readonly string[]) =>
  versions.filter((version, i) => version !== versions[i - 1]).map((version) => version.split('@')[1]);

async function begun(create: Promise<Site>, remaining: (i: number) => number, pumps = names) {
  site = await create;
  await site.cloud.start();
  await site.gateway.start();
  await modelIsReady(site);
  const hall = new PumpHall(site, pumps, remaining);
  await hall.connect();
  await hall.fill();
  return { hall, models: modelCommands(site) };
}

const refOf = (version: string) => `pump-rul@${version}`;

it('a candidate is compared, promoted and taken back, a worse one by its guard, and each reading is judged once', {
  tags: ['long'],
  timeout,
}, async () => {
  const promotion = { readingsMin: 40 };
  const { hall, models } = await begun(createModelSite({ promotion }), () => 400);
  await models.run('push', await makeVersion(join(folder, 'same'), { version: '2.1.0' }));
  await models.run('push', await makeVersion(join(folder, 'worse'), { version: '2.2.0', lives: 0.1 }));

  await models.ask('shadow', refOf('2.1.0'), '--machines', 'plant/*');
  await models.stands('shadow', 'in-force');
  await hall.rounds(3);
  await until(async () => (await models.compared()).some(({ figures }) => figures.readings > 0), 'figures');
  expect(await models.compared()).toMatchObject([{ agreement: { value: 1 }, figures: { failures: {} } }]);
  expect(await models.run('trials', 'pump-rul')).toMatch(/pump-rul@2.1.0 runs beside pump-rul@2.0.0/);
  await hall.roundsUntil(async () =>
    (await promotions(site)).some(({ answer }) => answer.action === 'propose'),
  );

  await models.ask('promote', refOf('2.1.0'));
  await models.stands('active', 'in-force');
  await hall.rounds(3);
  await models.ask('rollback', 'pump-rul');
  await until(async () => (await models.judging()).length === 0, 'the installed version to judge');
  await hall.rounds(3);

  await models.ask('promote', refOf('2.2.0'));
  await models.stands('active', 'in-force');
  await hall.roundsUntil(async () => (await models.judging()).length === 0);
  const refused = await models.stands('active', 'refused');
  expect(refused.gateways[0]?.differs).toMatch(
    /it was rolled back: pump-rul@2.2.0 and pump-rul@2.0.0 agree in/,
  );
  await hall.rounds(3);
  await hall.end();

  await drained(site);
  for (const versions of (await hall.versions()).values())
    expect(phasesOf(versions)).toEqual(['2.0.0', '2.1.0', '2.0.0', '2.2.0', '2.0.0']);
  const records = await promotions(site);
  expect(records.map(({ subject, mode, answer }) => `${subject} ${mode} ${answer.action}`).sort()).toEqual([
    'pump-rul@2.1.0 active propose',
    'pump-rul@2.1.0 override active',
    'pump-rul@2.1.0 override removed',
    'pump-rul@2.1.0 override removed',
    'pump-rul@2.1.0 override shadow',
    'pump-rul@2.2.0 active roll-back',
    'pump-rul@2.2.0 override active',
  ]);
  expect(records.find(({ mode }) => mode === 'override')?.override).toMatchObject({ by: 'maria' });
});

it('a better candidate judges by itself once failures have shown that it is, and its guard does not take it back', {
  timeout,
  tags: ['long'],
}, async () => {
  const installed = join(folder, 'installed');
  await makeVersion(join(installed, 'pump-rul'), { version: '1.0.0', lives: 10 });
  const promotion = { promote: 'by-itself', readingsMin: 60 };
  const wearing = ['pump-1', 'pump-2', 'pump-3', 'pump-4', 'pump-5'];
  const sound = ['pump-6', 'pump-7', 'pump-8', 'pump-9', 'pump-10'];
  const remaining = (i: number) => (i < wearing.length ? 75 : 2_000);
  const { hall, models } = await begun(createModelSite({ promotion, installed }), remaining, [
    ...wearing,
    ...sound,
  ]);
  await models.run('push', await makeVersion(join(folder, 'better'), { version: '2.1.0' }));
  await models.ask('shadow', refOf('2.1.0'), '--machines', 'plant/*');
  await models.stands('shadow', 'in-force');
  await hall.roundsUntil(async () => (await models.trials())[0]?.alerts.raised === 5);
  expect(await models.judging()).toEqual([]);
  for (const name of wearing) await hall.fails(name);
  const actions = async () => (await promotions(site)).map(({ answer }) => answer.action);
  await hall.roundsUntil(async () =>
    (await actions()).some((each) => each === 'prove' || each === 'roll-back'),
  );
  await hall.end();
  expect(await models.judging()).toEqual([refOf('2.1.0')]);
  expect(await actions()).toEqual(['prove', 'promote', 'shadow']);

  await drained(site);
  const versions = await hall.versions();
  for (const name of wearing) expect(phasesOf(versions.get(name)!)).toEqual(['1.0.0']);
  for (const name of sound) expect(phasesOf(versions.get(name)!)).toEqual(['1.0.0', '2.1.0']);
});
