/**
 * The HTTP API and the page (cloud/api). This file builds the server and registers the routes, which are grouped by
 * subject in folders. Routes read the cloud's state through ports (see context.ts) and change nothing but what these
 * offer.
 */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { ConfigAdmin } from '../../shared/config/reload.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { describeApi, documentRoute } from '../../shared/http/openapi.ts';
import { createHttpServer, listenHttp } from '../../shared/http/server.ts';
import { HttpCertificates } from '../../shared/http/tls.ts';
import type { Metrics } from '../../shared/parts/metrics.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { MachineLimits, MaintenanceSpans } from '../ports/machines.ts';
import type { ChangeFeed } from '../ports/operations.ts';
import { acknowledgePage } from './alerts/acknowledge-page.ts';
import { alertRoutes } from './alerts/alerts.ts';
import { closeRoutes } from './alerts/close.ts';
import { closedIn } from './alerts/closed-alerts.ts';
import { notificationRoutes } from './alerts/notifications.ts';
import { notifierRoutes } from './alerts/notifiers.ts';
import { workRoutes } from './alerts/work.ts';
import type { ApiConfig } from './config.ts';
import type { Readiness, RouteContext } from './context.ts';
import { fleetRoutes } from './fleet/fleet.ts';
import { mutedIn } from './fleet/muted.ts';
import { addHeaders } from './headers.ts';
import type { ViewContext } from './machine-evidence.ts';
import { logRoutes } from './machine-log/machine-log.ts';
import { decisionRoutes } from './machines/decisions.ts';
import { eventRoutes } from './machines/events.ts';
import { gatewayRoutes } from './machines/gateways.ts';
import { machineRoutes } from './machines/machines.ts';
import { maintenanceRoutes } from './machines/maintenance.ts';
import { queryRoutes } from './machines/query.ts';
import { readingRoutes } from './machines/readings.ts';
import { retireRoutes } from './machines/retire.ts';
import { streamRoutes } from './machines/stream.ts';
import { measureRequests, metricsRoute } from './metrics.ts';
import { comparedRoutes } from './models/compared.ts';
import { livesRoutes } from './models/lives.ts';
import { modelRoutes } from './models/models.ts';
import { trainingRoutes } from './models/training.ts';
import { outcomeRoutes } from './outcomes/outcomes.ts';
import { servePage } from './page.ts';
import { type Access, createAccess, followingAccess } from './people/access.ts';
import { People } from './people/people.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { guardByRole } from './people/roles.ts';
import { reportRoutes } from './report/report.ts';
import { StreamHub } from './stream-hub.ts';
import { asyncApiRoute } from './system/asyncapi.ts';
import { auditRoutes } from './system/audit.ts';
import { backupRoutes } from './system/backup.ts';
import { columnRoutes } from './system/columns.ts';
import { configurationRoutes } from './system/configuration.ts';
import { healthRoutes } from './system/health.ts';
import { quarantineRoutes } from './system/quarantine.ts';
import { retentionRoutes } from './system/retention.ts';
import { sessionRoutes } from './system/session.ts';
import { statusRoutes } from './system/status.ts';

export interface ApiDeps
  extends Omit<RouteContext, 'hub' | 'machineTypes' | 'machineLimits' | 'maintenance' | 'viewContext'> {
  config: ApiConfig;
  metrics: Metrics;
  changes: ChangeFeed;
  /** Units and limits of the sensors, for the page's charts; none if absent. */
  machineTypes?: ReadonlyMap<string, MachineType>;
  /** Limits of single machines; none if absent. */
  machineLimits?: MachineLimits;
  /** Absent: no machine is ever in maintenance. */
  maintenance?: MaintenanceSpans;
  /** Keeps who may call; absent: nothing is kept. */
  dataDir?: string;
  /** The built page; dist/console if absent. */
  pageFolder?: string;
  log: Log;
}

export interface Api {
  /** @throws HarbingerError API_TOKEN_MISSING, API_PORT_BUSY, API_LISTEN_FAILED, API_TLS_FILES */
  start(): Promise<{ port: number }>;
  /** Lets callers in by the tokens of these settings. */
  follow(settings: ApiConfig): void;
  /** Has callers read the configuration again by this. */
  offerConfig(admin: ConfigAdmin): void;
  /** Has a renewed certificate in use at once. */
  renewCertificates: HttpCertificates['look'];
  /** Closes open streams and connections; does not wait for callers. */
  stop(): Promise<void>;
}

export function createApi(deps: ApiDeps): Api {
  let app: FastifyInstance | null = null;
  let hub: StreamHub | null = null;
  const certificates = new HttpCertificates(deps.config.tls, 'api', deps);
  let admin: ConfigAdmin | null = null;
  let follow = (_: ApiConfig) => {};
  return {
    async start() {
      const { config, clock, dataDir, log } = deps;
      const people = People.in(dataDir, clock, log);
      const accessBy = (settings: ApiConfig) => createAccess(settings, clock, people);
      const access = followingAccess(accessBy(config));
      follow = (settings) => access.follow(accessBy(settings));
      hub = new StreamHub({ ...deps, viewContext: viewContextOf(deps) }, clock, config.streamClientsMax);
      app = await build(deps, { access, people, certificates, admin: () => admin }, hub);
      const port = await listenHttp(app, config);
      hub.start();
      return { port };
    },
    follow: (settings) => follow(settings),
    offerConfig(offered) {
      admin = offered;
    },
    renewCertificates: () => certificates.look(),
    async stop() {
      hub?.stop();
      await app?.close();
    },
  };
}

/** Says in which state machines are, by what the cloud knows beside them. */
function viewContextOf({
  clock,
  machineTypes,
  maintenance,
  contacts,
  alerts,
  fleet,
  ready,
}: ApiDeps): () => ViewContext {
  const troubleOf = ({ ready, reasons }: Readiness) =>
    ready ? null : (reasons[0] ?? 'the cloud is not ready');
  return () => ({
    nowMs: clock.nowMs(),
    typeOf: (name) => machineTypes?.get(name),
    contactOf: (gateway) => contacts.of(gateway),
    maintenanceOf: (name) => maintenance?.of(name) ?? null,
    mutedOf: mutedIn({ wanted: (kind) => fleet.wanted(kind) }),
    closedOf: closedIn(() => alerts.all('resolved')),
    trouble: troubleOf(ready()),
  });
}

interface Callers {
  access: Access;
  people: People;
  certificates: HttpCertificates;
  admin: () => ConfigAdmin | null;
}

async function build(
  deps: ApiDeps,
  { access, people, certificates, admin }: Callers,
  hub: StreamHub,
): Promise<FastifyInstance> {
  const app = createHttpServer({ connectionsMax: 1_024, paramLengthMax: 128 }, deps.log, certificates);
  addHeaders(app);
  const measured = measureRequests(app, deps.metrics.registry);
  await describeApi(app, 'Machines, their readings, remaining life, alerts and decisions.');
  const context: RouteContext = {
    ...deps,
    machineTypes: deps.machineTypes ?? new Map(),
    machineLimits: deps.machineLimits ?? { of: () => new Map() },
    maintenance: deps.maintenance ?? { of: () => null, list: () => [], isWhole: () => false },
    viewContext: viewContextOf(deps),
    hub,
  };
  sessionRoutes(app, access);
  healthRoutes(app, context);
  acknowledgePage(app, context, deps.dataDir);
  await app.register(async (guarded) => {
    guardByRole(guarded, access);
    guardedRoutes(guarded, context);
    peopleRoutes(guarded, { ...context, people });
    configurationRoutes(guarded, context, admin);
    metricsRoute(guarded, deps.metrics, measured, hub);
  });
  await servePage(app, deps.pageFolder ?? join(packageRoot, 'dist', 'console'));
  return app;
}

function guardedRoutes(app: FastifyInstance, context: RouteContext): void {
  for (const routes of [
    machineRoutes,
    maintenanceRoutes,
    logRoutes,
    retireRoutes,
    gatewayRoutes,
    readingRoutes,
    eventRoutes,
    alertRoutes,
    workRoutes,
    notifierRoutes,
    closeRoutes,
    outcomeRoutes,
    reportRoutes,
    fleetRoutes,
    modelRoutes,
    comparedRoutes,
    livesRoutes,
    trainingRoutes,
    decisionRoutes,
    quarantineRoutes,
    columnRoutes,
    retentionRoutes,
    notificationRoutes,
    auditRoutes,
    backupRoutes,
    queryRoutes,
    streamRoutes,
    statusRoutes,
  ]) {
    routes(app, context);
  }
  documentRoute(app);
  asyncApiRoute(app);
}
