/**
 * The worker of the model is killed, hung, without sense, slow and out of memory, in turn, while pumps go on sending. No reading is lost
 * or waits for it, rules decide meanwhile and their records say why, and the model is back without anybody's help.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredDecision } from '../../../cloud/ports/history.ts';
import { createPumpLife } from '../../../models/plant/pump.ts';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import type { ModelOrder } from '../../support/preloads/faulty-model.ts';
import { modelIsReady } from '../model-site.ts';
import { createSite, drained, type Site, until } from '../site.ts';
import { sql } from '../stored.ts';

const budgetMs = 2_000;
/** A worker that computes for longer is taken for hung. */
const requestMsMax = 8_000;
const everyMs = 100;
const pumps = 20;
/** A computer that has much else to do is late by so much, whatever the model does. */
const slackMs = 30_000;

/** Memory of the gateway; a worker that took what it wants would have a gigabyte after some seconds. */
const memoryMbMax = 700;

let folder = '';
let site: Site;
let client: MqttClient;
let timer: NodeJS.Timeout | undefined;
let timeMs = 0;
/** Times of the readings that were acknowledged, by machine: the truth that the store is compared with. */
const ledger = new Map<string, number[]>();
/** Readings that were sent, and acknowledged, while the present fault lasts. */
let ackedInFault = 0;
let slowest = { ms: 0, fault: 'none' };
let ordered: ModelOrder['fault'] = 'none';
let orders = 0;

const lives = Array.from({ length: pumps }, (_, i) =>
  createPumpLife(seededRandom(70 + i), { failureMode: 'bearing-wear' }),
);

function publish(cycle: number): void {
  timeMs = Math.max(timeMs + 1, Date.now());
  lives.forEach((life, i) => {
    const machine = `pump-${i}`;
    const ts = timeMs;
    const sentAtMs = performance.now();
    const number = orders;
    const reading = JSON.stringify({ ts, ...life.sample(cycle % life.lifeCycles) });
    client.publish(`telemetry/plant/${machine}`, reading, { qos: 1 }, (error) => {
      if (error) return;
      const tookMs = performance.now() - sentAtMs;
      if (number === orders) ackedInFault++;
      if (tookMs > slowest.ms) slowest = { ms: tookMs, fault: ordered };
      const times = ledger.get(machine) ?? [];
      times.push(ts);
      ledger.set(machine, times);
    });
  });
}

async function order(fault: ModelOrder['fault']): Promise<void> {
  ordered = fault;
  ackedInFault = 0;
  const content: ModelOrder = { number: ++orders, fault, slowMsMin: 1.5 * budgetMs };
  await writeFile(join(folder, 'orders.json'), JSON.stringify(content));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'harbinger-model-faults-'));
  const preload = pathToFileURL(compiledEntry('test/support/preloads/faulty-model')).href;
  site = await createSite({
    models: true,
    gatewayEnv: {
      NODE_OPTIONS: `--import ${preload}`,
      FAULTY_MODEL_ORDERS: join(folder, 'orders.json'),
    },
    gateway: {
      intelligence: {
        intervalMsMin: 0,
        backend: 'wasm',
        requestMsMax,
        restart: { firstMs: 50, maxMs: 200 },
      },
      decisions: {
        alerts: {
          budgetMs,
          sampleMs: 50,
          recordsPerMinuteMax: 100_000,
          breaker: { failures: 2, halfOpenAfterMs: 2_000 },
        },
      },
    },
  });
  await site.cloud.start();
  await site.gateway.start();
  await modelIsReady(site);
  client = await connectAsync(site.gateway.mqttUrl, { reconnectPeriod: 0 });
  let cycle = 0;
  timer = setInterval(() => publish(cycle++), everyMs);
});
afterAll(async () => {
  clearInterval(timer);
  await client?.endAsync(true);
  await site?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const recordsMax = 500;

/** Records of decisions about pumps since then, the newest first. */
async function recordsSince(sinceMs: number): Promise<StoredDecision[]> {
  const { items } = await site.cloud.json<{ items: StoredDecision[] }>(`/api/decisions?limit=${recordsMax}`);
  return items.filter(
    ({ decision, subject, at }) =>
      decision === 'alert' && subject.startsWith('plant/') && Date.parse(at) > sinceMs,
  );
}

const byModel = ({ mode, answer }: StoredDecision) => mode === 'active' && answer.model !== null;

/** Waits until the model decides, by records that were made after now. */
async function modelDecides(): Promise<void> {
  const sinceMs = Date.now();
  await until(async () => (await recordsSince(sinceMs)).some(byModel), 'the model to decide again');
}

async function restarts(): Promise<number> {
  return site.gateway.metric('harbinger_model_worker_restarts_total');
}

/** The most that the gateway ever had, by the kernel. */
async function residentMbMax(): Promise<number> {
  const status = await readFile(`/proc/${site.gateway.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

interface Case {
  fault: ModelOrder['fault'];
  /** Causes of which at least one must have been recorded. */
  causes: string[];
  /** Its worker is replaced without being told to. */
  isReplaced: boolean;
}

const cases: Case[] = [
  { fault: 'die', causes: ['error'], isReplaced: true },
  { fault: 'hang', causes: ['timeout'], isReplaced: true },
  { fault: 'nan', causes: ['invalid'], isReplaced: false },
  { fault: 'slow', causes: ['timeout'], isReplaced: false },
  // The budget may be over before the heap is full.
  { fault: 'grow', causes: ['error', 'timeout'], isReplaced: true },
];

it.each(cases)(
  'a worker with the fault "$fault" delays no reading, and rules decide until it is back',
  async ({ fault, causes, isReplaced }) => {
    await modelDecides();
    const before = await restarts();
    const sinceMs = Date.now();
    await order(fault);
    const fallbacks = async () => (await recordsSince(sinceMs)).filter(({ mode }) => mode === 'fallback');
    await until(
      async () =>
        (await fallbacks()).some(({ fallbackCause = '' }) => causes.includes(fallbackCause.split(':')[0]!)),
      `a record that says ${causes.join(' or ')}`,
    );
    if (fault === 'nan' || fault === 'slow') {
      const rested = ({ fallbackCause, breaker }: StoredDecision) =>
        fallbackCause?.startsWith('breaker-open') && breaker?.openedBy === 'failures';
      await until(async () => (await fallbacks()).some(rested), 'a record that says that the model rests');
      expect(ackedInFault).toBeGreaterThan(0);
      await order('none');
    } else if (isReplaced) {
      await until(async () => (await restarts()) > before, 'a new worker');
      // Some were sent and acknowledged before the gateway has found out that its worker hangs.
      if (fault === 'hang') expect(ackedInFault).toBeGreaterThan(0);
    }
    await modelDecides();
    const told = await recordsSince(sinceMs);
    for (const { latencyMs, subject, at } of told)
      expect(latencyMs, `${subject} at ${at}`).toBeLessThan(budgetMs + slackMs);
    // Nobody waits for a model that is not asked.
    const atOnce = told
      .filter(({ fallbackCause }) => fallbackCause?.startsWith('breaker-open'))
      .map(({ latencyMs }) => latencyMs)
      .sort((a, b) => a - b);
    expect(atOnce[atOnce.length >> 1] ?? 0).toBeLessThan(budgetMs / 2);
    expect(await residentMbMax()).toBeLessThan(memoryMbMax);
  },
);

it('each reading that was acknowledged is in the store once, and none waited for the model', async () => {
  clearInterval(timer);
  await client.endAsync();
  await drained(site);
  expect(slowest.ms, `during ${slowest.fault}`).toBeLessThan(budgetMs + slackMs);
  const stored = await sql<[string, number, number, number]>(
    site.cloud,
    'select machine, count(*), count(distinct epoch_ms(time)), sum(epoch_ms(time)) from pump group by 1',
  );
  const found = Object.fromEntries(stored.map(([machine, ...rest]) => [machine, rest.map(Number)]));
  const wanted = Object.fromEntries(
    [...ledger].map(([machine, times]) => [
      machine,
      [times.length, times.length, times.reduce((sum, time) => sum + time, 0)],
    ]),
  );
  expect(found).toEqual(wanted);
  console.log(
    `${[...ledger.values()].flat().length} readings, slowest acknowledgement ${Math.round(slowest.ms)} ms (during ${slowest.fault}), ${await restarts()} workers replaced`,
  );
});
