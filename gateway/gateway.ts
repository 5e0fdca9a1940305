/** The gateway's composition root: builds the parts, starts them in order, stops them in reverse. */
import { join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { createJobs } from '../shared/jobs/jobs.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import { createGatewayHttp } from './api/server.ts';
import type { GatewayConfig } from './config.ts';
import { createAlertDecision } from './decisions/alert/alert-decision.ts';
import { HeapGrowth } from './heap-growth.ts';
import { GatewayMetrics } from './metrics.ts';
import { DataClient, type DataClientHandlers } from './pipeline/client.ts';
import { type Broker, createBroker } from './sources/mqtt/broker.ts';
import { createSerialSource } from './sources/serial/serial.ts';
import { createStatus } from './status.ts';
import { Intelligence } from './watch/watch.ts';

export interface GatewayDeps {
  clock: Clock;
  random: Random;
  log: Log;
  /** Something without which nothing can be acknowledged has ended: the process should end too. */
  failed(error: Error): void;
}

export interface RunningGateway {
  mqttPort: number;
  websocketPort: number | null;
  httpPort: number;
  stop(): Promise<void>;
}

interface Part {
  name: string;
  stop(): Promise<void>;
}

/** @throws HarbingerError whatever keeps it from starting; what had started is stopped again */
export async function startGateway(
  config: GatewayConfig,
  types: Map<string, MachineType>,
  deps: GatewayDeps,
): Promise<RunningGateway> {
  const { clock, random, log } = deps;
  const { dataDir } = config;
  const started: Part[] = [];
  const begin = async <T>(
    name: string,
    part: { stop(): Promise<void> },
    start: () => Promise<T> | T,
  ): Promise<T> => {
    started.push({ name, stop: () => part.stop() });
    return await start();
  };
  const stopAll = async () => {
    for (const part of started.splice(0).reverse()) {
      try {
        await part.stop();
      } catch (error) {
        log.error({ part: part.name, cause: messageOf(error) }, 'did not stop cleanly');
      }
    }
  };

  // The folder keeps the name that earlier versions gave it.
  const baselinesDir = join(dataDir, 'normals');
  const intelligence = new Intelligence({
    types,
    config: config.intelligence,
    baselinesDir,
    clock,
    random,
    log,
  });
  const handlers: DataClientHandlers = {
    columns: (columns) => intelligence.add(columns),
    lifecycle(notice) {
      if (notice.state === 'replaced') intelligence.replaced(notice.about.site, notice.about.machine);
      void alerts.lifecycle(notice);
    },
    failed: deps.failed,
  };
  const data = new DataClient(handlers, clock, config.journal.gatherMs);
  const alerts = createAlertDecision({
    gateway: config.gateway,
    modelAssessor: intelligence.modelAssessor,
    selfLearnedAssessor: intelligence.selfLearnedAssessor,
    rulesAssessor: intelligence.rulesAssessor,
    outbox: data,
    stateFile: join(dataDir, 'alerts.json'),
    config: config.decisions,
    clock,
    log,
  });
  const broker: Broker = createBroker({ config: config.broker, dataDir }, { intake: data, clock, log });
  const serial = createSerialSource(config.serial, { intake: data, clock, random, log });
  const metrics = new GatewayMetrics();
  const status = createStatus({
    config,
    data,
    broker,
    serial,
    intelligence,
    alerts,
    metrics,
    jobs: () => jobs.stats(),
    clock,
  });
  const http = createGatewayHttp({
    config: config.http,
    registry: metrics.registry,
    ready: () => status.ready(),
    health: () => status.health(),
    status: () => status.whole(),
    deadLetters: {
      list: (query) => data.call('deadLettersList', query),
      show: (id) => data.call('deadLettersShow', id),
      redrive: (which) => data.call('deadLettersRedrive', which),
      drop: (which) => data.call('deadLettersDrop', which),
    },
    clock,
    log,
  });
  const jobs = createJobs(
    [
      {
        name: 'statistics',
        schedule: config.jobs.statistics,
        run: async () => log.info(await status.summary(), 'statistics'),
      },
      {
        name: 'retention',
        schedule: config.jobs.retention,
        run: async () => log.info(await data.call('retain'), 'retention'),
      },
    ],
    { log, clock },
  );

  const heapGrowth = new HeapGrowth({ clock });

  try {
    await begin('heap growth', heapGrowth, () => heapGrowth.start());
    const { savedBaselines } = intelligence;
    if (savedBaselines) await begin('saved baselines', savedBaselines, () => savedBaselines.start());
    await begin('data thread', data, () => data.start({ config, types }));
    savedBaselines?.keep();
    await begin('alert decision', alerts, () => alerts.start());
    // The model loads while sensors already connect: until it answers, rules decide.
    const loading = begin('intelligence', intelligence, () =>
      intelligence.start((inputs) => alerts.evaluate(inputs)),
    );
    loading.catch((error) =>
      log.error({ cause: messageOf(error) }, 'the intelligence did not start; rules decide'),
    );
    await begin('broker', broker, () => broker.start());
    await begin('serial', serial, () => serial.start());
    await begin('status', status, () => status.start());
    const { port: httpPort } = await begin('http', http, () => http.start());
    await begin('jobs', jobs, () => jobs.start());
    const { port: mqttPort, websocketPort } = broker.ports();
    log.info({ gateway: config.gateway, mqttPort, websocketPort, httpPort }, 'gateway runs');
    return { mqttPort, websocketPort, httpPort, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
