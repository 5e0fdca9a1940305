/** Builds the cloud's parts, starts them in order, stops them in reverse. */
import { mkdirSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { builtInTypesDir, loadMachineTypes } from '../shared/domain/machine-types.ts';
import { withToken } from '../shared/runtime/api-token.ts';
import { type Clock, sleep, systemClock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import { FreeSpace } from '../shared/runtime/free-space.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type Random, systemRandom } from '../shared/runtime/random.ts';
import { createAlertRules, createOutbox } from './alerts/alerts.ts';
import { createApi } from './api/server.ts';
import type { CloudConfig } from './config.ts';
import { createCredentials } from './ingest/credentials.ts';
import { Ingest } from './ingest/ingest.ts';
import { Listener } from './ingest/listener.ts';
import { createIngestMetrics } from './ingest/metrics.ts';
import { openOperations, type StoredOperations } from './operations/operations.ts';
import type { NotificationQueue, ReadingStore } from './ports.ts';
import { Redrive } from './redrive.ts';
import { createReadingStore } from './store/create-store.ts';
import { StoreKeeper } from './store-keeper.ts';

export interface CloudDeps {
  dataDir: string;
  log: Log;
  clock?: Clock;
  random?: Random;
  /** The store to use instead of the one the configuration names. */
  store?: ReadingStore;
}

export interface RunningCloud {
  /** Where gateways connect, and where page and API are. */
  mqttPort: number;
  httpPort: number;
  store: ReadingStore;
  operations: StoredOperations;
  notifications: NotificationQueue;
  status(): Record<string, unknown>;
  /** Stops in reverse order of starting; each part is given a limited time. */
  stop(): Promise<void>;
}

const partStopMsMax = 10_000;

/** @throws HarbingerError whatever keeps a part from starting; what was started is stopped again */
export async function startCloud(config: CloudConfig, deps: CloudDeps): Promise<RunningCloud> {
  const { dataDir, log, clock = systemClock, random = systemRandom } = deps;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const base = { dataDir, log, clock, random };
  const stops = new StopList(clock, log);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const space = new FreeSpace(dataDir, clock);
  const freeHelp = 'Bytes that the data folder’s disk has left for us';
  measure(registry, 'harbinger_data_free_bytes', freeHelp, () => space.bytes);
  const rules = createAlertRules(config.alerts);
  const credentials = createCredentials(config.gateways, clock);
  if (config.gateways.length === 0) log.warn('no gateway is configured: none can connect');
  const store = deps.store ?? createReadingStore(config.store, base);
  try {
    const operations = openOperations(config.operations, { ...base, rules });
    stops.add('operations', () => operations.close());
    const quarantineHelp = 'Entries put aside that could not be stored';
    measure(registry, 'harbinger_quarantine_entries', quarantineHelp, () => operations.quarantinedCount());
    const keeper = new StoreKeeper(store, base);
    await keeper.start();
    stops.add('store', () => keeper.stop());

    const { notifications } = operations;
    const outbox = createOutbox(config.alerts, { ...base, queue: notifications, registry });
    outbox.start();
    stops.add('notifications', () => outbox.stop());

    const metrics = createIngestMetrics(registry);
    const ingest = new Ingest({
      ...base,
      store,
      operations,
      metrics,
      waitMsMax: config.ingest.storeWaitMsMax,
    });
    const listener = new Listener(config.ingest, { ...base, credentials, ingest, metrics });
    stops.add('ingest', () => listener.stop());
    const mqttPort = await listener.start();

    const status = () => ({
      store: { kind: store.kind, healthy: keeper.healthy },
      ingest: { port: mqttPort, connections: listener.connectionCount, batchesWaiting: ingest.lanes.waiting },
      notifications: {
        waiting: Object.fromEntries(notifications.waiting()),
        dead: notifications.deadCount(),
      },
      quarantined: operations.quarantinedCount(),
    });
    const notifiers = notifierNames(config.alerts);
    const redrive = new Redrive({ operations, ingest, clock, notifiers });
    stops.add('redrive', () => redrive.stop());
    const api = createApi({
      ...base,
      config: withToken(config.api, dataDir, log),
      store,
      operations,
      registry,
      ready: () => readiness(keeper),
      status,
      quarantine: redrive.quarantine,
      notifications: redrive.notifications,
      audit: operations.audit,
      machineTypes: loadMachineTypes(typeFolders(config)),
    });
    const { port: httpPort } = await api.start();
    stops.add('api', () => api.stop());
    log.info({ mqttPort, httpPort, store: store.kind }, 'cloud started');
    return { mqttPort, httpPort, store, operations, notifications, status, stop: () => stops.run() };
  } catch (error) {
    await stops.run();
    throw error;
  }
}

function readiness(keeper: StoreKeeper): { ready: boolean; reasons: string[] } {
  return keeper.healthy
    ? { ready: true, reasons: [] }
    : {
        ready: false,
        reasons: [
          'the telemetry store does not answer or take what is written; gateways keep what they cannot send',
        ],
      };
}

function typeFolders({ machineTypesDir }: CloudConfig): string[] {
  return machineTypesDir === undefined ? [builtInTypesDir] : [builtInTypesDir, machineTypesDir];
}

function notifierNames({ webhook, email, mqtt }: CloudConfig['alerts']): string[] {
  return [...webhook, ...email, ...mqtt].map(({ name }) => name);
}

/** A gauge of what `value` says whenever somebody asks; nothing while that is null. */
function measure(registry: Registry, name: string, help: string, value: () => number | null): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const now = value();
      if (now === null) this.remove();
      else this.set(now);
    },
  });
}

/** What was started, to be stopped in reverse. */
class StopList {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly parts: { name: string; stop: () => Promise<void> }[] = [];

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  add(name: string, stop: () => Promise<void>): void {
    this.parts.push({ name, stop });
  }

  async run(): Promise<void> {
    for (let part = this.parts.pop(); part; part = this.parts.pop()) {
      const { name, stop } = part;
      const late = sleep(this.clock, partStopMsMax).then(() => 'late');
      const outcome = await Promise.race([stop().catch((error: unknown) => messageOf(error)), late]);
      if (outcome !== undefined) this.log.error({ part: name, outcome }, 'a part did not stop in order');
    }
  }
}
