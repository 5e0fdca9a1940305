/**
 * Builds the cloud's parts, starts them in order, stops them in reverse. Parts know ports/ and shared/, not each other;
 * only files directly in this folder compose them.
 *
 * A batch's way: receive (login, frame) → log → sink (de-duplicate, check; events to operations; store) → watermark →
 * PUBACK to the gateway. Alerts that its events change owe notifications, which the notification runner delivers.
 */
import { mkdirSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { builtInTypesDir, loadMachineTypes } from '../shared/domain/machine-types.ts';
import { FreeSpace } from '../shared/files/free-space.ts';
import { withToken } from '../shared/http/api-token.ts';
import { type Clock, sleep, systemClock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type Random, systemRandom } from '../shared/runtime/random.ts';
import { createAlertRules, createNotificationRunner } from './alerts/alerts.ts';
import { notifiersIn } from './alerts/config.ts';
import { createApi } from './api/server.ts';
import type { CloudConfig } from './config.ts';
import { DirectLog } from './log/direct.ts';
import { openOperations, type StoredOperations } from './operations/operations.ts';
import type { DeadNotifications, NotificationQueue } from './ports/notifications.ts';
import type { ReadingStore } from './ports/store.ts';
import { createCredentials } from './receive/credentials.ts';
import { Listener } from './receive/listener.ts';
import { createReceiveMetrics } from './receive/metrics.ts';
import { Redrive } from './redrive.ts';
import { createSinkMetrics } from './sink/metrics.ts';
import { Sink } from './sink/sink.ts';
import { createReadingStore } from './store/create-store.ts';
import { StoreKeeper } from './store/keeper.ts';

export interface CloudDeps {
  dataDir: string;
  log: Log;
  clock?: Clock;
  random?: Random;
  /** The store to use instead of the one the configuration names. */
  store?: ReadingStore;
}

export interface RunningCloud {
  /** The ports of the MQTT listener for gateways and of the HTTP server for page and API. */
  mqttPort: number;
  httpPort: number;
  store: ReadingStore;
  operations: StoredOperations;
  notifications: NotificationQueue & DeadNotifications;
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
  const store = deps.store ?? (await createReadingStore(config.store, base));
  try {
    const operations = openOperations(config.operations, { ...base, rules });
    stops.add('operations', () => operations.close());
    const quarantineHelp = 'Entries put aside that could not be stored';
    measure(registry, 'harbinger_quarantine_entries', quarantineHelp, () => operations.quarantine.count());
    const keeper = new StoreKeeper(store, base);
    await keeper.start();
    stops.add('store', () => keeper.stop());

    const { notifications } = operations;
    const runner = await createNotificationRunner(config.alerts, { ...base, queue: notifications, registry });
    runner.start();
    stops.add('notifications', () => runner.stop());

    const { watermarks, events, quarantine } = operations;
    const sink = new Sink({
      ...base,
      store,
      watermarks,
      events,
      quarantine,
      metrics: createSinkMetrics(registry),
      waitMsMax: config.ingest.storeWaitMsMax,
    });
    const batchLog = new DirectLog(sink);
    const metrics = createReceiveMetrics(registry);
    const listener = new Listener(config.ingest, { ...base, credentials, batchLog, metrics });
    stops.add('ingest', () => listener.stop());
    const mqttPort = await listener.start();

    const status = () => ({
      store: { kind: store.kind, healthy: keeper.healthy },
      ingest: { port: mqttPort, connections: listener.connectionCount, batchesWaiting: batchLog.waiting },
      notifications: {
        waiting: Object.fromEntries(notifications.waiting()),
        dead: notifications.deadCount(),
      },
      quarantined: quarantine.count(),
    });
    const notifiers = notifiersIn(config.alerts).map((notifier) => notifier.config.name);
    const redrive = new Redrive({
      quarantine,
      deadNotifications: notifications,
      storeAgain: (entry, body, signal) => sink.redrive(entry, body, signal),
      clock,
      notifiers,
    });
    stops.add('redrive', () => redrive.stop());
    const api = createApi({
      ...base,
      config: withToken(config.api, dataDir, log),
      store,
      machines: operations.machines,
      alerts: operations.alerts,
      events,
      decisions: operations.decisions,
      changes: operations.changes,
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

/** Registers a gauge that calls `value` at each scrape; it has no value while that returns null. */
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

/** The started parts, to be stopped in reverse order. */
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
