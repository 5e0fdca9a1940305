/**
 * Rollouts that a person stops, with real processes: for one machine, which keeps the version that judges it while others of its type are
 * switched, also over a kill; and for a type, of which nothing is fetched until the stop is removed. The test's own ledger says that
 * each reading was judged once, by one version.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { harbinger } from '../cli.ts';
import { createModelSite, modelCommands, modelIsReady } from '../model-site.ts';
import { makeVersion } from '../model-version.ts';
import { PumpHall } from '../pump-hall.ts';
import { drained, type Site, until } from '../site.ts';

/** Many readings, each of which is waited for. */
const timeout = 900_000;
let folder = '';
let site: Site;
let hall: PumpHall;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harbinger-stopped-'));
  site = await createModelSite();
});
afterEach(async () => {
  await hall?.end();
  await site?.dispose();
  await rm(folder, { recursive: true });
});

const names = ['pump-1', 'pump-2', 'pump-3'];
const refOf = (version: string) => `pump-rul@${version}`;

async function overrides(...args: string[]): Promise<string> {
  const reach = ['--why', 'odd', '--by', 'maria', '--url', site.cloud.httpUrl];
  const { code, stdout, stderr } = await harbinger('overrides', ...args, ...reach);
  if (code !== 0) throw new Error(`harbinger overrides ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return stdout;
}

/** Waits until the gateway follows so many overrides. */
const followed = (count: number) =>
  until(async () => {
    interface Status {
      fleet: { documents: { kind: string; state: string }[] };
    }
    const { fleet } = await site.gateway.json<Status>('/api/status');
    const own = fleet.documents.filter(({ kind }) => kind === 'overrides');
    return own.filter(({ state }) => state === 'in-force').length === count;
  }, `${count} overrides in force`);

it('a machine for which rollouts are stopped keeps its version over a kill, and a stopped type fetches nothing', {
  tags: ['long'],
  timeout,
}, async () => {
  await site.cloud.start();
  await site.gateway.start();
  await modelIsReady(site);
  hall = new PumpHall(site, names, () => 400);
  await hall.connect();
  await hall.fill();
  const models = modelCommands(site);
  for (const version of ['2.1.0', '2.2.0'])
    await models.run('push', await makeVersion(join(folder, version), { version }));

  expect(await overrides('set', 'stop', 'plant/pump-1')).toMatch(/plant\/pump-1/);
  await followed(1);
  await hall.rounds(2);
  await models.ask('promote', refOf('2.1.0'));
  await models.stands('active', 'in-force');
  await hall.rounds(3);
  // An estimate is written a moment after its reading was judged.
  await hall.versions();
  await site.gateway.kill9();
  await site.gateway.restart();
  await modelIsReady(site);
  await hall.connect();
  await models.stands('active', 'in-force');
  await hall.rounds(2);

  await overrides('set', 'stop', '--type', 'pump');
  await followed(2);
  await models.ask('promote', refOf('2.2.0'));
  const held = await models.stands('active', 'preparing');
  expect(held.gateways[0]?.differs).toMatch(/maria has stopped rollouts for machines of type pump: odd/);
  await hall.rounds(2);
  expect(await models.judging()).toEqual([refOf('2.1.0')]);

  await overrides('remove', 'stop', '--type', 'pump');
  await models.stands('active', 'in-force');
  await hall.rounds(2);
  await overrides('remove', 'stop', 'plant/pump-1');
  await followed(0);
  await hall.rounds(2);

  await drained(site);
  const versions = await hall.versions();
  const phases = names.map((name) => {
    const judges = versions.get(name)!.map((version) => version.split('@')[1]!);
    return judges.filter((version, i) => version !== judges[i - 1]);
  });
  const others = ['2.0.0', '2.1.0', '2.2.0'];
  expect(phases).toEqual([['2.0.0', '2.2.0'], others, others]);

  interface Record {
    decision: string;
    subject: string;
    mode: string;
    override?: { by: string; document: string };
  }
  const { items } = await site.cloud.json<{ items: Record[] }>('/api/decisions?limit=500');
  const named = items.filter(({ decision, mode }) => decision === 'alert' && mode === 'override');
  expect(new Set(named.map(({ subject }) => subject))).toEqual(new Set(['plant/pump-1']));
  expect(named[0]?.override).toMatchObject({
    by: 'maria',
    document: expect.stringContaining('stop:plant/pump-1'),
  });
});
