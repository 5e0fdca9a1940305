/**
 * Recorded decisions are made once more, with real processes and the model that comes with the product: thousands about virtual
 * pumps, by the command line, from the gateway's journal, and from the store of the cloud where that has them no more.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredDecision } from '../../../cloud/ports/history.ts';
import type { ReplayOutcome } from '../../../gateway/ports/replay/replay.ts';
import { createPumpLife, type PumpLife } from '../../../models/plant/pump.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { harbinger, harbingerJson } from '../cli.ts';
import { modelIsReady } from '../model-site.ts';
import { createSite, drained, type Site, until } from '../site.ts';

const pumps = 120;
const recordsMin = 3_000;
/** A machine rests between two decisions. */
const roundMs = 450;
const roundsMax = 200;

let site: Site;
let client: MqttClient;
const lives: PumpLife[] = Array.from({ length: pumps }, (_, i) => createPumpLife(seededRandom(i + 1)));

beforeAll(async () => {
  site = await createSite({
    models: true,
    gateway: {
      intelligence: { batchMax: 1, intervalMsMin: 0, backend: 'wasm' },
      decisions: { alerts: { sampleMs: 1, recordsPerMinuteMax: 1_000_000 } },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  client = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
});
afterAll(async () => {
  await client?.endAsync(true);
  await site?.dispose();
});

/** Every tenth pump sends its sensors in two messages. */
async function publish(pump: number, cycle: number): Promise<unknown> {
  const life = lives[pump]!;
  const values = Object.entries(life.sample(cycle % life.lifeCycles));
  const parts = pump % 10 === 0 ? [values.slice(0, 6), values.slice(6)] : [values];
  const topic = `telemetry/plant/pump-${pump}`;
  return Promise.all(
    parts.map((part) => client.publishAsync(topic, JSON.stringify(Object.fromEntries(part)), { qos: 1 })),
  );
}

const recorded = async () => {
  const { alerts } = await site.gateway.json<{ alerts: { records: Record<string, number> } }>('/api/status');
  const { change = 0, mode = 0, sample = 0 } = alerts.records;
  return change + mode + sample;
};
const ofBoth = () => ['--url', site.cloud.httpUrl, '--gateway-url', site.gateway.httpUrl];

function counted(outcomes: readonly ReplayOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

it('thousands of recorded decisions come out the same, bit by bit, or say why they cannot be repeated', {
  tags: ['long'],
}, async () => {
  for (let round = 0; round < roundsMax && (await recorded()) < recordsMin; round++) {
    const beganMs = performance.now();
    await Promise.all(lives.map((_, pump) => publish(pump, round)));
    await new Promise((resolve) => setTimeout(resolve, roundMs - (performance.now() - beganMs)));
  }
  expect(await recorded()).toBeGreaterThanOrEqual(recordsMin);
  await drained(site);
  const limit = ['--limit', '20000'];
  const { items } = await harbingerJson<{ items: StoredDecision[] }>(
    ...['decisions', 'list', ...limit, '--url', site.cloud.httpUrl],
  );
  const { outcomes } = await harbingerJson<{ outcomes: ReplayOutcome[] }>(
    ...['decisions', 'replay', ...limit, ...ofBoth()],
  );
  expect(outcomes.length).toBeGreaterThanOrEqual(recordsMin);
  expect(outcomes.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
  // A record is kept small.
  const bytes = items.map((item) => JSON.stringify(item).length).sort((a, b) => a - b);
  expect(bytes[Math.floor(bytes.length / 2)]).toBeLessThan(1_500);
  const byId = new Map(outcomes.map((each) => [each.decisionId, each]));
  const models = items.filter(({ answer }) => answer.model);
  expect(models.length).toBeGreaterThan(2_000);
  expect(counted(models.flatMap(({ decisionId }) => byId.get(decisionId) ?? []))).toEqual({
    same: models.length,
  });
  // The only ones that cannot be repeated are those that nobody judged from readings alone.
  const impossible = outcomes.filter(({ outcome }) => outcome === 'impossible');
  for (const { detail } of impossible)
    expect(detail).toMatch(/own past|nobody was asked|no readings were judged/);
});

it('one is explained in sentences, and repeated on another backend within the stated tolerance', {
  tags: ['long'],
}, async () => {
  await until(async () => {
    await site.gateway.stop();
    return true;
  }, 'the gateway to stop');
  await site.dropIn('backend', { intelligence: { backend: 'cpu' } });
  await site.gateway.start();
  const ready = async () => {
    const status = await site.gateway.json<{ intelligence: { model: { state: string } } }>('/api/status');
    return status.intelligence.model.state === 'ready';
  };
  await until(ready, 'the model');
  const { items } = await harbingerJson<{ items: StoredDecision[] }>(
    ...['decisions', 'list', '--limit', '200', '--url', site.cloud.httpUrl],
  );
  const one = items.find(({ answer, policy }) => answer.model && policy.backend === 'wasm')!;
  const explained = await harbinger('decisions', 'explain', one.decisionId, '--url', site.cloud.httpUrl);
  expect(explained.stdout).toContain(`gateway site1 made a decision of kind alert about ${one.subject}`);
  expect(explained.stdout).toContain('It was decided by pump-rul 2.0.0 on wasm, as it is meant to be.');
  expect(explained.stdout).toMatch(
    /judged from 30 rows of 14 sensors up to .* in blocks \d+ to \d+ of journal/,
  );
  const shown = await harbinger('decisions', 'show', one.decisionId, '--url', site.cloud.httpUrl);
  expect(JSON.parse(shown.stdout)).toEqual(one);
  const { outcomes } = await harbingerJson<{ outcomes: ReplayOutcome[] }>(
    ...['decisions', 'replay', '--limit', '200', ...ofBoth()],
  );
  const repeated = outcomes.filter(({ outcome }) => outcome !== 'impossible');
  expect(repeated.length).toBeGreaterThan(20);
  for (const { outcome, detail } of repeated) {
    expect(['same', 'close'], detail).toContain(outcome);
    if (outcome === 'close')
      expect(detail).toContain('within 0.1 % of each figure on cpu (recorded on wasm)');
  }
  const unknown = await harbinger('decisions', 'show', 'nothing', '--url', site.cloud.httpUrl);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('[DECISION_UNKNOWN]') });
});

it('decisions whose readings are no longer in the journal come out the same by those that the cloud has stored', {
  tags: ['long'],
}, async () => {
  await drained(site);
  await site.gateway.stop();
  await rm(join(site.gatewayDir, 'journal'), { recursive: true });
  await site.dropIn('backend', { intelligence: { backend: 'wasm' } });
  await site.gateway.start();
  await modelIsReady(site);
  const limit = ['--limit', '200'];
  const { items } = await harbingerJson<{ items: StoredDecision[] }>(
    ...['decisions', 'list', ...limit, '--url', site.cloud.httpUrl],
  );
  const { outcomes } = await harbingerJson<{ outcomes: ReplayOutcome[] }>(
    ...['decisions', 'replay', ...limit, ...ofBoth()],
  );
  const isWhole = ({ subject }: StoredDecision) => !subject.endsWith('0');
  // The gateway decided on the other backend what was still open when it was stopped.
  const byModel = items.filter(
    (item) => item.answer.model && item.policy.backend === 'wasm' && isWhole(item),
  );
  expect(byModel.length).toBeGreaterThan(20);
  for (const { decisionId } of byModel) {
    const { outcome, detail } = outcomes.find((each) => each.decisionId === decisionId)!;
    expect([outcome, detail]).toEqual(['same', expect.stringContaining('by readings of the cloud’s store')]);
  }
  expect(outcomes.filter(({ outcome }) => outcome === 'differs')).toEqual([]);
});
