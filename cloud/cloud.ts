/**
 * The cloud (cloud/): builds its parts, starts them in order, stops them in reverse. Parts know ports/ and shared/,
 * not each other; only files directly in this folder compose them. The gateway's code is never imported.
 *
 * The whole way of a batch: a gateway's uplink publishes it; store and operations durable; then the ack.
 *
 *   uplink ▶ RECEIVE: login ▶ frame ▶ log ▶ SINK: de-duplicate ▶ check ▶ events ▶ lines ▶ watermark ─▶ PUBACK
 *                               │                                  │        │       │ └─▶ quarantine
 *                               └─▶ BATCH_*: refusal, no PUBACK    │        │       └───▶ STORE
 *                                                                  │        └▶ OPERATIONS ─▶ alerts ─▶ notifications
 *                                                                  └─▶ quarantine, line by line
 *
 * receive/listener.ts accepts connections and frames, log/direct.ts keeps the order of a lane, sink/sink.ts takes the
 * steps in this order. Each step can be repeated: a batch without PUBACK is sent again, and what was stored of it is
 * recognised by the watermark, by operations (events) or by the store (lines). Notifications go out on their own
 * (shared/notifications), and page and API only read (api/server.ts).
 */
import { mkdirSync } from 'node:fs';
import { conditionsReport } from '../shared/conditions/statistics.ts';
import { noteDataFormat } from '../shared/data-format/data-format.ts';
import { loadMachineTypes, typeFolders } from '../shared/domain/machine-types.ts';
import { lockDataDir } from '../shared/files/data-dir.ts';
import { FreeSpace } from '../shared/files/free-space.ts';
import { Heartbeat } from '../shared/heartbeat/heartbeat.ts';
import { heartbeatReport } from '../shared/heartbeat/statistics.ts';
import { withToken } from '../shared/http/api-token.ts';
import { createConfiguredJobs } from '../shared/jobs/jobs.ts';
import { notifiersIn } from '../shared/notifications/config.ts';
import type { NotificationQueue } from '../shared/notifications/queue.ts';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import { Metrics } from '../shared/parts/metrics.ts';
import { readSeam, reporterOfSeam } from '../shared/parts/seam.ts';
import { StartedParts } from '../shared/parts/started-parts.ts';
import { type Reporter, reporterOfRoom } from '../shared/parts/statistics.ts';
import { timeLimited } from '../shared/runtime/budget.ts';
import { type Clock, systemClock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import { type Random, systemRandom } from '../shared/runtime/random.ts';
import { createAlertRules, createNotifications } from './alerts/alerts.ts';
import { SiteStorms } from './alerts/storms/storms.ts';
import { LaterRunner } from './alerts/work/later-runner.ts';
import { createApi } from './api/server.ts';
import { CloudBackups } from './backups.ts';
import { type CloudConfig, createReload } from './config.ts';
import { Contacts } from './contacts/contacts.ts';
import { CloudDecommissioning } from './decommissioning.ts';
import { Fleet } from './fleet/fleet.ts';
import { fleetKinds } from './fleet/kinds/kinds.ts';
import { jobs as jobParts } from './jobs/jobs.ts';
import { Lessons } from './lessons/lessons.ts';
import { DirectLog } from './log/direct.ts';
import { Progress } from './log/progress.ts';
import { RegistryChunks } from './models/chunks.ts';
import { Proposals } from './models/proposals.ts';
import { Registry } from './models/registry.ts';
import { Training } from './models/training.ts';
import { openOperations, type StoredOperations } from './operations/operations.ts';
import { quarantineReport } from './operations/quarantine/quarantine.ts';
import { quotaReport } from './operations/quota-report.ts';
import type { CloudJobDeps } from './ports/job.ts';
import type { Trainer } from './ports/models/training.ts';
import type { DeadNotifications } from './ports/notifications.ts';
import type { RetentionAdmin } from './ports/retention/retention.ts';
import type { ReadingStore } from './ports/store.ts';
import { createCredentials } from './receive/credentials.ts';
import { Listener } from './receive/listener.ts';
import { createReceiveMetrics } from './receive/metrics.ts';
import { Redrive } from './redrive.ts';
import { cloudStatus, notifierSeam, readiness, storeSeam } from './reports.ts';
import { RestoreLoss, restoredReport } from './restored.ts';
import { createSinkMetrics } from './sink/metrics.ts';
import { Sink } from './sink/sink.ts';
import { createReadingStore } from './store/create-store.ts';
import { StoreKeeper } from './store/keeper.ts';
import { UnknownTypes, unknownTypesReport } from './unknown-types.ts';
import { Rollouts } from './updates/rollouts.ts';
import { createWatching } from './watching.ts';

export interface CloudDeps {
  dataDir: string;
  log: Log;
  clock?: Clock;
  random?: Random;
  /** Called when nothing may run in this process any more, which should then end at once. */
  failed?(error: Error): void;
  /** Trains models in a process of its own; without it the cloud trains none. */
  trainer?: Trainer;
  /** Reads the configuration again. */
  readAgain?(): CloudConfig;
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
  reload: ReturnType<typeof createReload>;
  /** Stops in reverse order of starting; each part is given a limited time. */
  stop(): Promise<void>;
}

const partStopMsMax = 10_000;

/** @throws HarbingerError whatever keeps a part from starting; what was started is stopped again */
export async function startCloud(config: CloudConfig, deps: CloudDeps): Promise<RunningCloud> {
  const { dataDir, log, clock = systemClock, random = systemRandom, failed = () => {} } = deps;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const base = { dataDir, log, clock, random, configTrouble: { problem: null } };
  const started = new StartedParts(base, partStopMsMax);
  const reporters: Reporter[] = [];
  const metrics = new Metrics(() => reporters);
  const { registry } = metrics;
  const space = new FreeSpace(dataDir, clock);
  const storms = new SiteStorms(config.conditions, clock);
  const rules = createAlertRules(config.alerts, storms);
  const credentials = createCredentials(config.gateways, clock);
  if (config.gateways.length === 0) log.warn('no gateway is configured: none can connect');
  const unlock = lockDataDir(dataDir);
  started.add('data folder', async () => unlock());
  try {
    noteDataFormat(dataDir, 'cloud');
    const store = deps.store ?? (await createReadingStore(config.store, base));
    const operations = openOperations(config.operations, { ...base, rules, failed });
    started.add('operations', () => operations.close());
    const { notifications, watermarks, events, quarantine } = operations;
    const keeper = new StoreKeeper(store, base);
    await keeper.start();
    started.add('store', () => keeper.stop());

    const notifying = await createNotifications(config.alerts, {
      ...base,
      publicUrl: config.api.publicUrl,
      queue: notifications,
      registry,
    });
    await started.start('notifications', notifying.runner);
    reporters.push(
      notifying.queue,
      reporterOfSeam(notifierSeam, () => readSeam(notifying.running)),
      reporterOfSeam(storeSeam, () => readSeam([{ name: config.store.kind, made: store }])),
      reporterOfRoom(quarantineReport, () => quarantine.counts()),
      reporterOfRoom(quotaReport, () => ({
        quotas: { counts: operations.quotas.counts, refused: operations.quotas.all() },
      })),
      reporterOfRoom(dataFolderReport, () => ({ diskFreeBytes: space.bytes })),
    );

    const machineTypes = loadMachineTypes(typeFolders(config));
    const unknownTypes = new UnknownTypes(machineTypes, log);
    unknownTypes.look(operations.machines.all());
    operations.changes.onChange(({ machines }) => unknownTypes.look(machines));
    reporters.push(reporterOfRoom(unknownTypesReport, () => unknownTypes.status()));
    const restored = new RestoreLoss(dataDir, log);
    reporters.push(reporterOfRoom(restoredReport, () => restored.status()));
    const sink = new Sink({
      ...base,
      onGap: (gateway, lane, blocks) => restored.gap(gateway, lane, blocks),
      store,
      watermarks,
      events,
      quarantine,
      metrics: createSinkMetrics(registry),
      waitMsMax: config.ingest.storeWaitMsMax,
      limited: timeLimited(config.ingest.checkMsMax),
    });
    const batchLog = new DirectLog(sink);
    const gateways = config.gateways.map(({ id }) => id);
    const contacts = new Contacts({
      ...base,
      configured: gateways,
      latestBatchMs: operations.latestBatchMs(),
      store: operations.contacts,
      silentAfterMs: config.conditions.gatewaySilentS * 1_000,
    });
    operations.gatewayBackMs = (gateway) => contacts.of(gateway)?.backSinceMs ?? null;
    const { endings } = operations;
    const fleet = new Fleet({ ...base, store: operations.fleet, kinds: fleetKinds, gateways, contacts });
    await started.start('fleet', fleet);
    const models = new Registry({ ...base, config: config.models });
    models.load();
    const ends = { credentials, batchLog, contacts, endings, fleet, models: new RegistryChunks(models, log) };
    const receive = { ...base, ...ends, metrics: createReceiveMetrics(registry) };
    const listener = new Listener(config.ingest, receive);
    operations.hasTwin = (gateway) => listener.duplicates.isShared(gateway);

    let mqttPort = 0;
    const status = () => ({
      store: { kind: store.kind, healthy: keeper.healthy },
      ingest: { port: mqttPort, connections: listener.connectionCount, batchesWaiting: batchLog.waiting },
      ...Object.assign({}, ...reporters.map((reporter) => reporter.status())),
    });
    const redrive = new Redrive({
      quarantine,
      deadNotifications: notifications,
      storeAgain: (entry, body, signal) => sink.redrive(entry, body, signal),
      clock,
      notifiers: notifiersIn(config.alerts).map((notifier) => notifier.config.name),
    });
    started.add('redrive', () => redrive.stop());
    let retention: RetentionAdmin | null = null;

    const decommissionable = { operations, store, configured: gateways, contacts, fleet, clock };
    const decommissioning = new CloudDecommissioning(decommissionable);
    const concerns = {
      machines: operations.machines,
      alerts: operations.alerts,
      contacts,
      events,
      decisions: operations.decisions,
      quarantine: redrive.quarantine,
      notifications: redrive.notifications,
      audit: operations.audit,
      outcomes: operations.outcomes,
      machineLog: operations.machineLog,
      fleet,
    };
    const offerRetention = (admin: RetentionAdmin) => {
      retention = admin;
    };
    const of = { machineTypes, machineTypesDir: config.machineTypesDir, events, registry: models, fleet };
    const training = new Training({ trainer: deps.trainer, ...of });
    started.add('training', () => training.end());
    const offers = { offerRetention, ...training.jobDeps() };
    const jobDeps = { ...base, ...concerns, ...offers, store, records: operations.records };
    const jobs = await createConfiguredJobs<CloudJobDeps>(jobParts, config.jobs, jobDeps, clock);
    reporters.push(...jobs.reporters);
    // After the jobs were made: retention may forbid the store to take anything.
    started.add('contacts', () => contacts.stop());
    mqttPort = await started.start('ingest', listener);
    contacts.start();
    const openAlerts = () => operations.alerts.all('open');
    const proposals = new Proposals({ machineTypes, fleet, registry: models, openAlerts, log });
    const watching = createWatching({
      ...base,
      config,
      operations,
      contacts,
      space,
      store: { kind: store.kind, healthy: () => keeper.healthy },
      notifiers: () => notifying.runner.health(),
      retention: () => retention,
      storms,
      twins: () => listener.duplicates.twins(),
      proposals: () => proposals.list(),
    });
    const progress = new Progress(clock, () => ({ waiting: batchLog.waiting, done: sink.taken }));
    const ready = () => readiness(keeper, operations.trouble, space.isFull ? dataDir : null);
    const problems = () => [...ready().reasons, ...progress.problems()];
    const heartbeat = new Heartbeat(config.heartbeat, { problems, clock, log });
    reporters.push(reporterOfRoom(heartbeatReport, () => ({ heartbeat: heartbeat.state() })));
    reporters.push(reporterOfRoom(conditionsReport, () => ({ conditions: watching.current() })));
    const copyOperations = (folder: string) => operations.copyTo(folder);
    const backups = new CloudBackups({ ...base, store, copyOperations });
    const apiConfig = withToken(config.api, dataDir, log);
    const api = createApi({
      ...base,
      ...concerns,
      models,
      ...{ closing: operations.closing, working: operations.working, notifiers: notifying.notifiers },
      retention,
      backups,
      decommissioning,
      config: apiConfig,
      training: training.admin,
      proposals,
      store,
      changes: operations.changes,
      metrics,
      ready,
      status,
      statusProperties: cloudStatus,
      machineTypes,
      machineLimits: operations.machineLimits,
      maintenance: operations.maintenance,
    });
    const { port: httpPort } = await started.start('api', api);
    training.opened(apiConfig, httpPort);
    started.add('backups', () => backups.stop());
    await started.start('later notifications', new LaterRunner({ ...base, later: operations.working }));
    await started.start('jobs', jobs);
    await started.start('conditions', watching);
    await started.start('lessons', new Lessons({ ...base, outcomes: operations.outcomes, fleet, gateways }));
    await started.start('rollouts', new Rollouts({ ...base, fleet, gateways }));
    await started.start('heartbeat', heartbeat);
    log.info({ mqttPort, httpPort, store: store.kind }, 'cloud started');
    const following = { gateways, credentials, contacts, listener, api, training, heartbeat };
    const reload = createReload(config, deps.readAgain, { ...base, ...following, httpPort });
    const parts = { mqttPort, httpPort, store, operations, notifications };
    return { ...parts, status, reload, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}
