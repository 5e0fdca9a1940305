import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '../../../shared/contract/events.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { eventsOf, PumpSensor } from '../pump-sensor.ts';
import { type Site, startSite, statusOf, until } from '../site.ts';

/** The models of the other machine types. */
const others = [...loadMachineTypes().values()]
  .filter(({ model, name }) => model !== undefined && name !== 'pump')
  .map(({ name }) => ({ machineType: name }));

/** One of each way; test/watch/artefact.test.ts has all reasons for a refusal. */
const poisons: [what: string, code: string, poison: (folder: string) => Promise<void>][] = [
  [
    'weights that are not those listed (wrong hash)',
    'MODEL_REFUSED_HASH',
    async (folder) => {
      const file = join(folder, 'weights.bin');
      const bytes = await readFile(file);
      bytes[100]! ^= 1;
      await writeFile(file, bytes);
    },
  ],
  ['no model at all', 'MODEL_REFUSED_MISSING', (folder) => rm(folder, { recursive: true })],
];

describe.each(poisons)('a model with %s', (_, code, poison) => {
  let site: Site;
  let artefacts: string;

  beforeAll(async () => {
    artefacts = await mkdtemp(join(tmpdir(), 'harbinger-artefacts-'));
    await cp(join(packageRoot, 'models', 'artefacts'), artefacts, { recursive: true });
    await poison(join(artefacts, 'pump-rul'));
    site = await startSite({
      gateway: { intelligence: { artefactsDir: artefacts, intervalMsMin: 0 } },
    });
  });
  afterAll(async () => {
    await site?.dispose();
    await rm(artefacts, { recursive: true, force: true });
  });

  it(`is refused at load with ${code}; rules raise the alert, and the refusal is visible everywhere`, async () => {
    const { gateway, cloud } = site;
    const model = async () => (await statusOf(gateway)).intelligence.model;
    await until(async () => (await model()).state === 'ready', 'the model worker');
    expect(await model()).toMatchObject({
      models: others,
      refusals: [{ code, machineType: 'pump' }],
    });
    await until(async () => (await gateway.metric('harbinger_models_refused')) === 1, 'the metric');
    expect(await gateway.metric('harbinger_models_loaded')).toBe(others.length);
    expect(gateway.logs.some(({ text }) => text.includes(code))).toBe(true);

    const sensor = new PumpSensor(site, 'pump-1', { seed: 5, failureMode: 'bearing-wear', remaining: 100 });
    await sensor.connect();
    const opened = async () => (await statusOf(gateway)).alerts.openPredictions.length > 0;
    await sensor.runUntil(opened);
    await sensor.end();
    expect(await opened()).toBe(true);
    expect(sensor.remaining).toBeGreaterThan(0);

    await until(async () => (await eventsOf(site, 'prediction.opened')).length > 0, 'the alert in the cloud');
    const [event] = await eventsOf<Prediction>(site, 'prediction.opened');
    expect(event).toMatchObject({ subject: 'plant/pump-1', data: { source: 'rules', model: null } });
    const { alerts } = await cloud.json<{ alerts: { prediction: Prediction }[] }>('/api/alerts?state=open');
    expect(alerts).toMatchObject([{ prediction: { source: 'rules' } }]);
    const { decided } = (await statusOf(gateway)).alerts.decision;
    expect(decided.fallback).toBeGreaterThan(0);
    console.log(
      `${code}: by rules ${sensor.remaining} cycles before the end; ${event!.data.reasons.join('; ')}`,
    );
  });
});
