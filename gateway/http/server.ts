import fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { createHttpGuard, type HttpGuard } from '../../shared/runtime/http-guard.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { GatewayHttpConfig } from './config.ts';
import { type DeadLetterAdmin, deadLetterRoutes } from './dead-letters.ts';
import { errorHandler, HttpError, schemaError } from './errors.ts';

/** `ok` with no reasons, or what is wrong as sentences. */
export interface Condition {
  ok: boolean;
  reasons: string[];
}

export interface GatewayHttpDeps {
  config: GatewayHttpConfig;
  registry: Registry;
  /** Whether messages are being taken. */
  ready(): Condition;
  /** Whether the process should be left running. Being offline from the cloud is no reason against it. */
  health(): Condition;
  /** For people and the command line; any JSON. */
  status(): Promise<Record<string, unknown>>;
  deadLetters: DeadLetterAdmin;
  log: Log;
}

export interface GatewayHttp {
  /** @throws HarbingerError HTTP_TOKEN_MISSING, HTTP_PORT_BUSY, HTTP_LISTEN_FAILED */
  start(): Promise<{ port: number }>;
  /** Ends open connections; does not wait for callers. */
  stop(): Promise<void>;
}

const connectionsMax = 256;

/**
 * The gateway's own small HTTP server. `/healthz` and `/readyz` answer anybody (200 or 503, with reasons); `/metrics`,
 * `/api/status` and `/api/deadletters` answer callers with the token, or on loopback where that is configured.
 */
export function createGatewayHttp(deps: GatewayHttpDeps): GatewayHttp {
  let app: FastifyInstance | null = null;
  return {
    async start() {
      const guard = createHttpGuard(deps.config, 'http');
      app = build(deps, guard);
      return { port: await listen(app, deps.config) };
    },
    async stop() {
      await app?.close();
    },
  };
}

function build(deps: GatewayHttpDeps, guard: HttpGuard): FastifyInstance {
  const app = fastify({
    bodyLimit: 64 << 10,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    http: { maxHeaderSize: 16 << 10 },
    routerOptions: { maxParamLength: 32 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    schemaErrorFormatter: schemaError,
  });
  app.server.maxConnections = connectionsMax;
  app.setErrorHandler(errorHandler(deps.log));
  app.setNotFoundHandler((request) => {
    throw new HttpError(404, 'HTTP_NOT_FOUND', `there is no ${request.method} ${request.url.slice(0, 200)}`);
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  conditionRoute(app, '/healthz', deps.health, 'ok', 'failing');
  conditionRoute(app, '/readyz', deps.ready, 'ready', 'not ready');
  app.register(async (guarded) => guardedRoutes(guarded, deps, guard));
  return app;
}

function conditionRoute(
  app: FastifyInstance,
  path: string,
  ask: () => Condition,
  yes: string,
  no: string,
): void {
  app.get(path, async (_request, reply) => {
    const { ok, reasons } = ask();
    reply.code(ok ? 200 : 503);
    return { status: ok ? yes : no, reasons };
  });
}

function guardedRoutes(app: FastifyInstance, deps: GatewayHttpDeps, guard: HttpGuard): void {
  app.addHook('onRequest', async (request) => {
    const refusal = guard(request.method, request.headers);
    if (refusal) throw new HttpError(refusal.status, refusal.code, refusal.message);
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(deps.registry.contentType);
    return deps.registry.metrics();
  });
  app.get('/api/status', async () => deps.status());
  deadLetterRoutes(app, deps.deadLetters);
}

async function listen(app: FastifyInstance, { host, port }: GatewayHttpConfig): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const [code, problem] =
      codeOf(error) === 'EADDRINUSE'
        ? ['HTTP_PORT_BUSY', 'is in use: stop what uses it, or choose another with --http-port']
        : ['HTTP_LISTEN_FAILED', `cannot be listened on: ${messageOf(error)}`];
    throw new HarbingerError(code!, 'api', `HTTP port ${port} on ${host} ${problem}`, { cause: error });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
