/** Shared by the tests of ingest: a store that can be slow or down, a gateway on a real connection, and batches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import pino from 'pino';
import { Registry } from 'prom-client';
import { type BatchHeader, encodeBatch } from '../shared/contract/batch.ts';
import type { Lane } from '../shared/contract/lanes.ts';
import { unlimited } from '../shared/runtime/budget.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { systemRandom } from '../shared/runtime/random.ts';
import { compileValidator } from '../shared/runtime/validate.ts';
import { IngestConfig } from './config.ts';
import { DirectLog } from './log/direct.ts';
import { OperationsConfig } from './operations/config.ts';
import { nothingHeld } from './operations/operations.testing.ts';
import { openOperations } from './operations/operations.ts';
import type { AlertRules } from './ports/alerts.ts';
import type { ModelChunks } from './ports/models/models.ts';
import type { ReadingStore, StoreBatch } from './ports/store.ts';
import type { GatewayCredentials } from './receive/config.ts';
import { createCredentials } from './receive/credentials.ts';
import { Listener } from './receive/listener.ts';
import { createReceiveMetrics } from './receive/metrics.ts';
import { createSinkMetrics } from './sink/metrics.ts';
import { Sink } from './sink/sink.ts';

export const journal = '00000000000000aa';
export const password = 'a password of gateway north';

/** Keeps lines like a real store: writing the same point twice leaves one. */
export class TestStore implements ReadingStore {
  readonly kind = 'test';
  readonly lines = new Map<string, string>();
  readonly batches: StoreBatch[] = [];
  away = false;
  /** Lines that contain this text are rejected. */
  rejects: string | null = null;
  /** Awaited before a lane is written. */
  readonly gates = new Map<Lane, Promise<void>>();

  start = () => Promise.resolve();
  stop = () => Promise.resolve();
  healthy = () => Promise.resolve(!this.away);
  series = () => Promise.resolve([]);
  texts = () => Promise.resolve({});
  counts = () => Promise.resolve({});
  deleteMachine = () => Promise.resolve({ rows: 0, isComplete: true });

  async write(batch: StoreBatch) {
    await this.gates.get(batch.lane);
    if (this.away) throw new HarbingerError('STORE_UNAVAILABLE', 'store', 'away', { retry: true });
    this.batches.push(batch);
    const rejected = [];
    for (const line of batch.raw.toString().trimEnd().split('\n')) {
      if (this.rejects !== null && line.includes(this.rejects))
        rejected.push({ line, reason: 'field type conflict' });
      else this.lines.set(line.slice(0, line.indexOf(' ')) + line.slice(line.lastIndexOf(' ')), line);
    }
    return { rejected };
  }
}

const noAlerts: AlertRules = {
  transition: () => null,
  recipients: () => [],
  ...nothingHeld,
  groupOf: () => undefined,
};

function defaults<T>(schema: Parameters<typeof compileValidator>[0]): T {
  return compileValidator(schema)({}, (problem) => new Error(problem)) as T;
}

interface IngestOptions {
  storeWaitMsMax?: number;
  tls?: IngestConfig['tls'];
  gateways?: GatewayCredentials[];
  models?: ModelChunks;
}

export async function startIngest(options: IngestOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'harbinger-ingest-'));
  const store = new TestStore();
  const operations = openOperations(defaults<OperationsConfig>(OperationsConfig), {
    dataDir,
    clock: systemClock,
    rules: noAlerts,
    log: silentLog,
    failed: () => {},
  });
  const registry = new Registry();
  const clock = { ...systemClock, aheadMs: 0, monotonicMs: () => systemClock.monotonicMs() + clock.aheadMs };
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
  const base = { clock, random: systemRandom, log };
  const { watermarks, events, quarantine } = operations;
  const sink = new Sink({
    limited: unlimited,
    ...base,
    store,
    watermarks,
    events,
    quarantine,
    metrics: createSinkMetrics(registry),
    waitMsMax: options.storeWaitMsMax ?? 20_000,
  });
  const metrics = createReceiveMetrics(registry);
  const credentials = createCredentials(
    options.gateways ?? [
      { id: 'north', password },
      { id: 'south', password: 'a password of gateway south' },
    ],
    systemClock,
  );
  const config = {
    ...defaults<IngestConfig>(IngestConfig),
    port: 0,
    ...(options.tls && { tls: options.tls }),
  };
  const { models } = options;
  const batchLog = new DirectLog(sink);
  const deps = { ...base, credentials, batchLog, metrics, ...(models && { models }) };
  const listener = new Listener(config, deps);
  const port = await listener.start();
  const clients: MqttClient[] = [];
  return {
    store,
    operations,
    port,
    clock,
    said: () => said.join(''),
    metric: async (name: string) =>
      (await registry.getSingleMetricAsString(name)).split('\n').filter((l) => !l.startsWith('#')),
    /** A gateway's connection; `user` is its name. */
    async connect(user = 'north', secret = password, more: IClientOptions = {}) {
      const client = mqtt.connect({
        host: '127.0.0.1',
        port,
        protocolVersion: 4,
        reconnectPeriod: 0,
        clientId: `gateway-${user}`,
        username: user,
        password: secret,
        ...more,
      });
      clients.push(client);
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.once('error', reject);
        client.once('close', () => reject(new Error('closed')));
      });
      client.on('error', () => {});
      return client;
    },
    async stop() {
      for (const client of clients) client.end(true);
      await listener.stop();
      await operations.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** Publishes; resolves with 'acked', or 'closed' if the connection ends first. */
export function publish(
  client: MqttClient,
  topic: string,
  frame: Buffer | string,
  qos: 0 | 1 = 1,
): Promise<'acked' | 'closed'> {
  return new Promise((resolve) => {
    const onClose = () => resolve('closed');
    client.once('close', onClose);
    client.publish(topic, frame, { qos }, (error) => {
      client.off('close', onClose);
      resolve(error ? 'closed' : 'acked');
    });
  });
}

export function readingLine(
  n: number,
  options: { gateway?: string; machine?: string; type?: string } = {},
): string {
  const { gateway = 'north', machine = 'pump-1', type = 'pump' } = options;
  return `${type},gateway=${gateway},machine=${machine},site=leeds speed=${n} ${1_700_000_000_000_000_000n + BigInt(n) * 1_000_000n}`;
}

export interface BatchOptions {
  lane?: Lane;
  firstSeq?: number;
  gateway?: string;
  codec?: 'identity' | 'gzip';
  journal?: string;
  /** The journal of a batch that was set aside, and is sent again as `journal`. */
  original?: string;
  after?: number;
}

/** A frame of one block per list of lines. */
export function frameOf(blocks: string[][], options: BatchOptions = {}): Buffer {
  const { lane = 'readings', firstSeq = 1, gateway = 'north', codec = 'gzip' } = options;
  const texts = blocks.map((lines) => `${lines.join('\n')}\n`);
  const raw = Buffer.from(texts.join(''));
  const header: BatchHeader = {
    gateway,
    journal: options.journal ?? journal,
    lane,
    ...(options.after !== undefined && { after: options.after }),
    ...(options.original !== undefined && { original: options.original }),
    codec,
    rawBytes: raw.length,
    blocks: texts.map((text, i) => ({
      seq: firstSeq + i,
      lines: blocks[i]!.length,
      bytes: Buffer.byteLength(text),
    })),
  };
  return encodeBatch({ header, body: codec === 'gzip' ? gzipSync(raw) : raw });
}
