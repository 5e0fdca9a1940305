/**
 * The gateway's own HTTP API (gateway/api): status, metrics, health, dead letters, refused batches, sessions and machines. Routes
 * reach other rooms through ports, and change only what redrive and drop of kept items, and retiring, offer.
 */
import type { TSchema } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { ConfigAdmin } from '../../shared/config/reload.ts';
import { createHttpGuard, type HttpGuard } from '../../shared/http/guard.ts';
import {
  answers,
  conditionAnswers,
  describeApi,
  documentRoute,
  textAnswer,
} from '../../shared/http/openapi.ts';
import { createHttpServer, guardRoutes, listenHttp } from '../../shared/http/server.ts';
import { HttpCertificates } from '../../shared/http/tls.ts';
import type { Metrics } from '../../shared/parts/metrics.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetterOperations } from '../ports/dead-letters.ts';
import type { DeviceAdmin } from '../ports/devices/devices.ts';
import type { DeadNoticeAdmin } from '../ports/kept-items.ts';
import type { LimitAdmin } from '../ports/limits/limits.ts';
import type { MaintenanceAdmin } from '../ports/maintenance/maintenance.ts';
import type { OnboardingAdmin } from '../ports/onboarding/onboarding.ts';
import type { WatchAdmin } from '../ports/onboarding/watching.ts';
import type { RefusedOperations } from '../ports/refused-batches.ts';
import type { MachineAdmin, SessionAdmin } from '../ports/retiring.ts';
import type { GatewayHttpConfig } from './config.ts';
import { configurationRoutes } from './configuration/configuration.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { type DecisionReplays, decisionRoutes } from './decisions.ts';
import { deviceRoutes } from './devices/devices.ts';
import { limitRoutes } from './limits.ts';
import { machineRoutes } from './machines.ts';
import { maintenanceRoutes } from './maintenance.ts';
import { notificationRoutes } from './notifications.ts';
import { onboardingRoutes } from './onboarding/waiting.ts';
import { watchingRoute } from './onboarding/watching.ts';
import type { SiteFacts } from './page/facts.ts';
import { sitePageRoute } from './page/route.ts';
import { refusedRoutes } from './refused-batches.ts';
import { sessionRoutes } from './sessions.ts';

/** `ok` without reasons, or the problems as sentences. */
export interface Condition {
  ok: boolean;
  reasons: string[];
}

export interface GatewayHttpDeps {
  config: GatewayHttpConfig;
  metrics: Metrics;
  /** Whether messages are being taken. */
  ready(): Condition;
  /** True if the process should be left running. Being offline from the cloud is not a reason to restart it. */
  health(): Condition;
  /** For people and the command line; any JSON that `statusSchema` describes. */
  status(): Promise<Record<string, unknown>>;
  statusSchema: TSchema;
  deadLetters: DeadLetterOperations;
  refused: RefusedOperations;
  /** The sessions of each source that keeps any. */
  sessions(): readonly SessionAdmin[];
  machines: MachineAdmin;
  devices: DeviceAdmin;
  onboarding: OnboardingAdmin;
  watching: WatchAdmin;
  limits: LimitAdmin;
  maintenance: MaintenanceAdmin;
  decisions: DecisionReplays;
  deadNotices: DeadNoticeAdmin;
  /** For its page at the site. */
  site: SiteFacts;
  clock: Clock;
  log: Log;
}

export interface GatewayHttp {
  /** @throws HarbingerError API_TOKEN_MISSING, API_PORT_BUSY, API_LISTEN_FAILED, API_TLS_FILES */
  start(): Promise<{ port: number }>;
  /** Lets callers in by the tokens that the configuration has now. */
  followTokens(): void;
  /** Has callers read the configuration again by this. */
  offerConfig(admin: ConfigAdmin): void;
  /** Has a renewed certificate in use at once. */
  renewCertificates: HttpCertificates['look'];
  /** Closes open connections; does not wait for callers. */
  stop(): Promise<void>;
}

/**
 * The gateway's own small HTTP server. `/healthz` and `/readyz` answer without a token (200 or 503, with reasons);
 * `/metrics`, `/api/openapi.json` (which describes them all), `/api/status`, `/api/deadletters`, `/api/refused`,
 * `/api/sessions`, `/api/devices`, `/api/machines` and `/api/decisions/replay` answer callers with the token, or on loopback if so configured.
 */
export function createGatewayHttp(deps: GatewayHttpDeps): GatewayHttp {
  let app: FastifyInstance | null = null;
  let admin: ConfigAdmin | null = null;
  const certificates = new HttpCertificates(deps.config.tls, 'http', deps);
  const makeGuard = () => createHttpGuard(deps.config, 'http', deps.clock);
  let guard: HttpGuard | null = null;
  return {
    async start() {
      guard = makeGuard();
      const check: HttpGuard['check'] = (caller) => guard!.check(caller);
      app = await build(deps, check, certificates, () => admin);
      return { port: await listenHttp(app, deps.config) };
    },
    renewCertificates: () => certificates.look(),
    followTokens() {
      guard = makeGuard();
    },
    offerConfig(offered) {
      admin = offered;
    },
    async stop() {
      await app?.close();
    },
  };
}

async function build(
  deps: GatewayHttpDeps,
  check: HttpGuard['check'],
  certificates: HttpCertificates,
  admin: () => ConfigAdmin | null,
): Promise<FastifyInstance> {
  const app = createHttpServer({ connectionsMax: 256, paramLengthMax: 32 }, deps.log, certificates);
  await describeApi(app, 'A gateway’s health, status, machines, dead letters and refused batches.');
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  const living = { summary: 'The process should be left running', yes: 'ok', no: 'failing' };
  conditionRoute(app, '/healthz', deps.health, living);
  const ready = { summary: 'Messages are accepted', yes: 'ready', no: 'not ready' };
  conditionRoute(app, '/readyz', deps.ready, ready);
  sitePageRoute(app, deps, check);
  await app.register(async (guarded) => {
    guardRoutes(guarded, check);
    configurationRoutes(guarded, admin);
    guardedRoutes(guarded, deps);
  });
  return app;
}

function conditionRoute(
  app: FastifyInstance,
  path: string,
  ask: () => Condition,
  { summary, yes, no }: { summary: string; yes: string; no: string },
): void {
  const schema = { summary, security: [], response: conditionAnswers(yes, no) };
  app.get(path, { schema }, async (_request, reply) => {
    const { ok, reasons } = ask();
    reply.code(ok ? 200 : 503);
    return { status: ok ? yes : no, reasons };
  });
}

function guardedRoutes(app: FastifyInstance, deps: GatewayHttpDeps): void {
  documentRoute(app);
  const metrics = {
    summary: 'Metrics of this process',
    response: textAnswer('Prometheus’ text format, with a help text each', 'text/plain'),
  };
  app.get('/metrics', { schema: metrics }, async (_request, reply) => {
    reply.type(deps.metrics.registry.contentType);
    return deps.metrics.text();
  });
  const status = {
    summary: 'State of each part of the gateway',
    response: answers('the status', deps.statusSchema),
  };
  app.get('/api/status', { schema: status }, async () => deps.status());
  deadLetterRoutes(app, deps.deadLetters, deps.log);
  refusedRoutes(app, deps.refused, deps.log);
  sessionRoutes(app, deps);
  machineRoutes(app, deps);
  deviceRoutes(app, deps.devices);
  onboardingRoutes(app, deps);
  watchingRoute(app, deps);
  limitRoutes(app, deps);
  maintenanceRoutes(app, deps);
  decisionRoutes(app, deps);
  notificationRoutes(app, deps);
}
