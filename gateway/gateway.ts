/**
 * The gateway (gateway/): creates all parts, starts them in order, and stops them in reverse. Only files directly in
 * this folder, and pipeline/ for the data thread, put rooms together; a room knows ports/ and shared/, never another
 * room. The cloud's code is never imported.
 */
import { join } from 'node:path';
import { conditionsReport } from '../shared/conditions/statistics.ts';
import type { ConfigTrouble } from '../shared/config/reload.ts';
import { noteDataFormat } from '../shared/data-format/data-format.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { lockDataDir } from '../shared/files/data-dir.ts';
import { Heartbeat } from '../shared/heartbeat/heartbeat.ts';
import { heartbeatReport } from '../shared/heartbeat/statistics.ts';
import { createConfiguredJobs } from '../shared/jobs/jobs.ts';
import { Metrics } from '../shared/parts/metrics.ts';
import { configuredName, createPart } from '../shared/parts/registry.ts';
import { readSeam, reporterOfSeam } from '../shared/parts/seam.ts';
import { StartedParts } from '../shared/parts/started-parts.ts';
import { reporterOfRoom } from '../shared/parts/statistics.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import { createGatewayHttp } from './api/server.ts';
import { createFigures } from './conditions/figures.ts';
import { createReload, GatewayConfig, sourceContext, sourcesIn } from './config.ts';
import { createModelLibrary, createWatch, savedIn } from './create-watch.ts';
import { assessorsOf, createDecisions } from './decisions/create-decisions.ts';
import { Devices } from './devices/devices.ts';
import { beginSettings } from './fleet/begin-settings.ts';
import { createFleet } from './fleet/create-fleet.ts';
import { fleetReport } from './fleet/statistics.ts';
import { HeapGrowth } from './heap-growth.ts';
import { jobs as jobParts } from './jobs/jobs.ts';
import { openRecords } from './journal/records/open-records.ts';
import { createModelVersions } from './model-versions.ts';
import type { Library } from './models/library.ts';
import { modelsReport } from './models/versions/statistics.ts';
import { DataClient, type DataClientHandlers } from './pipeline/client.ts';
import type { GatewayJobDeps } from './ports/job.ts';
import type { ModelLibrary } from './ports/models/models.ts';
import type { OpenRecords } from './ports/records.ts';
import type { Source, SourceDeps } from './ports/source.ts';
import { GatewayStatus, sourceSeam } from './reports.ts';
import { createOnboarding, createRetirement, watchingAt } from './retirement.ts';
import { noticesFile } from './site-notices/notices-file.ts';
import { SiteNotices } from './site-notices/site-notices.ts';
import { siteNoticesReport } from './site-notices/statistics.ts';
import { SiteTopics } from './site-topics/site-topics.ts';
import { siteTopicsReport } from './site-topics/statistics.ts';
import { sources as sourceParts } from './sources/sources.ts';
import { createStatus, siteFacts } from './status.ts';
import { TakingReadings } from './taking-readings.ts';
import { recordedWindows } from './watch/recorded/recorded-windows.ts';
import { watchReport } from './watch/statistics.ts';
import type { Watch } from './watch/watch.ts';
import { createWatching } from './watching.ts';

export interface GatewayDeps {
  clock: Clock;
  random: Random;
  log: Log;
  /** Called when something has ended without which nothing can be acknowledged: the process should then exit. */
  failed(error: Error): void;
  /** Reads the configuration again. */
  readAgain?(): GatewayConfig;
}

export interface RunningGateway {
  /** The ports of the HTTP server and of sources, e.g. `mqttPort`. */
  ports: { httpPort: number } & Readonly<Record<string, number>>;
  /** Resolves when the data thread has answered the main thread. @throws HarbingerError if it does not within a minute */
  answers(): Promise<unknown>;
  reload: ReturnType<typeof createReload>;
  stop(): Promise<void>;
}

/** Longer than the timeout of the slowest part, the data thread. */
const partStopMsMax = 90_000;

/**
 * Starts the gateway. After a failure, everything already started is stopped. @throws HarbingerError whatever prevents
 * the start
 */
export async function startGateway(
  config: GatewayConfig,
  types: Map<string, MachineType>,
  deps: GatewayDeps,
): Promise<RunningGateway> {
  const { log, clock } = deps;
  const started = new StartedParts(deps, partStopMsMax);
  try {
    const unlock = lockDataDir(config.dataDir);
    started.add('data folder', async () => unlock());
    noteDataFormat(config.dataDir, 'gateway');
    const settings = beginSettings(config, GatewayConfig, deps);
    const data = new DataClient(clock, config.journal.gatherMs);
    await started.start('heap growth', new HeapGrowth({ clock, messages: () => data.settled }));
    const library = createModelLibrary(config, { types, data, ...deps });
    started.add('models', async () => library.stop());
    const isTaking = () => taking.isTaking;
    const watch = await createWatch({ config, types, models: library, isTaking, ...deps });
    const saved = savedIn(watch);
    for (const [name, file] of saved) await started.start(name, file);
    started.add('data thread', () => data.stop());
    data.load();
    const parts = await createParts({ config, types, library, watch, data, settings }, deps);
    const { decisions, sources, status, http, jobs, watching, heartbeat } = parts;
    const { siteTopics, siteNotices, fleet, models, trialReports, handlers, taking } = parts;
    await data.start({ config, types }, { ...handlers, model: (message) => library.heard(message) });
    for (const [, file] of saved) file.keep();
    for (const { name, made } of decisions.running) await started.start(`decision ${name}`, made);
    // The model loads while sensors can already connect; until it is ready, rules decide.
    started.add('versions of models', () => models.stop());
    started.add('watch', () => watch.stop());
    const decide = (inputs: Parameters<typeof decisions.evaluate>[0]) => {
      siteTopics.judged(inputs);
      return decisions.evaluate(inputs);
    };
    watch
      .start(decide, decisions.awaitsHearing, decisions.open())
      .finally(() => models.begin())
      .catch((error) =>
        log.error({ cause: messageOf(error) }, 'the model thread did not start; rules decide'),
      );
    for (const { name, made } of sources) await started.start(name, made);
    await started.start('status', status);
    const { port: httpPort } = await started.start('http', http);
    const addresses = sources.map(({ made }) => made.addresses?.() ?? {});
    await started.start('jobs', jobs);
    await started.start('conditions', watching);
    await started.start('site topics', siteTopics);
    await started.start('site notices', siteNotices);
    await started.start('heartbeat', heartbeat);
    await started.start('fleet', fleet);
    await started.start('trials of models', trialReports);
    // Only now, when nothing can prevent the start any more: the cloud would take a gateway that fails to start for a
    // duplicate of the one that holds its ports.
    await data.call('startUplink');
    void watch.tellUnsent();
    const ports = Object.assign({ httpPort }, ...addresses);
    log.info({ gateway: config.gateway, ...ports }, 'gateway runs');
    const reload = createReload(config, deps.readAgain ?? (() => config), { ...parts, settings, log });
    return { ports, answers: () => data.call('status'), reload, stop: () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

interface PartsOf {
  config: GatewayConfig;
  types: Map<string, MachineType>;
  library: ModelLibrary & Pick<Library, 'downloads'>;
  watch: Watch;
  data: DataClient;
  settings: ReturnType<typeof beginSettings>;
}

/** Creates the other parts of the main thread and connects them; nothing of them runs yet. */
async function createParts({ config, types, library, watch, data, settings }: PartsOf, deps: GatewayDeps) {
  const { clock, random, log } = deps;
  const { gateway, dataDir, machineTypesDir } = config;
  const open = { openAlerts: () => decisions.open(), openConditions: () => watching.current() };
  const siteTopics = new SiteTopics({
    gateway,
    brokers: () => sources.flatMap(({ made }) => made.siteBroker?.() ?? []),
    ...{ ...open, types, watch, clock, log },
  });
  const siteNotices = await SiteNotices.create({
    gateway,
    config: config.alerts,
    publicUrl: config.uplink.publicUrl,
    file: noticesFile(join(dataDir, 'site-notices.json'), log),
    ...open,
    outbox: data,
    clock,
    random,
    log,
  });
  const outbox = siteNotices.overheard(siteTopics.overheard(data));
  const say = (message: Buffer) => data.sayFleet(message);
  const tellOpen = () => void decisions.tellOpen().then(() => watching.tellOpen());
  const { models, trialReports } = createModelVersions({
    config,
    types,
    watch,
    library,
    outbox: data,
    ...deps,
  });
  const reserved = () => config.broker?.users.map(({ name }) => name) ?? [];
  const devices = Devices.in(dataDir, { reserved, clock, log });
  const ofItself = { facts: () => watching.facts(), data: () => status.latest() };
  const figures = createFigures({ ...ofItself, models: () => watch.modelStatus().models, clock });
  const asking = { say, figures, tellOpen, models, accounts: devices, settings, clock, log };
  const { fleet, overrides, lessons } = createFleet({ gateway, dataDir, outbox: data, ...asking });
  models.connect(overrides);
  const configTrouble: ConfigTrouble = { problem: null };
  const base = { dataDir, clock, random, log, configTrouble };
  const governed = { overrides, lessons, windows: recordedWindows(watch, data), gathering: data.gathering };
  const assessors = { ...assessorsOf(watch), modelAssessor: models.assessor };
  const decisionDeps = { ...base, gateway, ...assessors, models: models.trials, outbox, ...governed };
  const decisions = await createDecisions(config.decisions, decisionDeps);
  watch.connect(siteTopics.overheard(data));
  const handlers: Omit<DataClientHandlers, 'model'> = {
    columns(columns) {
      taking.arrived(columns);
      siteTopics.arrived(columns);
      watch.add(columns);
    },
    lifecycle(notice) {
      if (notice.state === 'replaced') watch.replaced(notice.about.site, notice.about.machine);
      siteTopics.lifecycle(notice);
      void decisions.lifecycle(notice);
    },
    ended(alerts) {
      void decisions.ended(alerts);
      void watching.endedInCloud(alerts);
    },
    fleet: (message) => fleet.heard(message),
    maintenance: (report) => watch.maintenance.reported(report),
    failed: deps.failed,
  };
  const recordsIn: OpenRecords = (dir) => openRecords({ dir, clock, random, log });
  const sources = await createSources(config, { ...base, intake: data, openRecords: recordsIn, devices });
  const reporters = () => [
    reporterOfSeam(sourceSeam, () => readSeam(sources)),
    reporterOfRoom(watchReport, () => ({ intelligence: watch.stats() })),
    ...decisions.reporters,
    ...jobs.reporters,
    reporterOfRoom(conditionsReport, () => ({ conditions: watching.current() })),
    reporterOfRoom(heartbeatReport, () => ({ heartbeat: heartbeat.state() })),
    reporterOfRoom(fleetReport, () => ({ fleet: fleet.stats() })),
    reporterOfRoom(modelsReport, () => ({ models: { ...models.stats(), downloads: library.downloads() } })),
    reporterOfRoom(siteTopicsReport, () => ({ siteTopics: siteTopics.stats() })),
    reporterOfRoom(siteNoticesReport, () => ({ siteNotices: siteNotices.stats() })),
  ];
  const status = createStatus({ config, data, reporters, clock });
  const taking = new TakingReadings({ data, status: () => status.latest(), clock });
  const problems = () => {
    const { ok, reasons } = status.ready();
    return ok ? [] : reasons;
  };
  const heartbeat = new Heartbeat(config.heartbeat, { problems, clock, log });
  const watching = createWatching({
    ...base,
    config,
    space: status.space,
    data: () => status.latest(),
    model: () => watch.modelStatus(),
    drift: () => watch.inputDrift(),
    peers: () => sources.flatMap(({ made }) => made.peers?.() ?? []),
    notifiers: () => siteNotices.health(),
    outbox,
  });
  const made = () => sources.map((source) => source.made);
  const machines = createRetirement({
    ...{ data, watch, decisions, siteTopics, lessons, clock },
    sources: made,
  });
  const http = createGatewayHttp({
    config: config.http,
    metrics: new Metrics(() => status.reporters()),
    ready: () => status.ready(),
    health: () => status.health(),
    status: () => status.whole(),
    statusSchema: GatewayStatus,
    ...{ deadLetters: data.deadLetters, refused: data.refused },
    site: siteFacts({ config, decisions, watching, status }),
    sessions: () => sources.flatMap(({ made }) => made.sessions?.() ?? []),
    devices,
    limits: watch.ownLimits,
    maintenance: watch.maintenance,
    decisions,
    deadNotices: siteNotices,
    machines,
    watching: watchingAt(data),
    onboarding: createOnboarding({ data, types, machineTypesDir, machines }),
    clock,
    log,
  });
  const ofData = { outbox: data, deadLetters: data.deadLetters, refused: data.refused };
  const jobDeps = { ...base, gateway, openRecords: recordsIn, ...ofData, summary: () => status.summary() };
  const jobs = await createConfiguredJobs<GatewayJobDeps>(jobParts, config.jobs, jobDeps, clock);
  const ofDecisions = { decisions, fleet, models, trialReports, handlers, taking, configTrouble };
  return { ...ofDecisions, sources, status, http, jobs, watching, heartbeat, siteTopics, siteNotices };
}

/** Creates every configured source, with its name for users. */
function createSources(config: GatewayConfig, deps: Omit<SourceDeps, 'routeTopics'>) {
  const context = sourceContext(config);
  return Promise.all(
    sourcesIn(config).map(async (configured) => ({
      name: configuredName(configured),
      made: await createPart<SourceDeps, Source>(sourceParts, configured, { ...deps, ...context }),
    })),
  );
}
