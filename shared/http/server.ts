/**
 * HTTP (shared/http): the common base of the servers of gateway and cloud: access, limits, error answers, OpenAPI,
 * listening. It has no routes; these are in gateway/api and cloud/api.
 */
import type { Server as TlsServer } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { codeOf, HarbingerError, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { ConnectionSlots } from '../security/connection-slots.ts';
import { errorHandler, HttpError, schemaError } from './errors.ts';
import { type HttpCaller, type Right, refuseChanges } from './guard.ts';
import { routeSchemas } from './route-schemas.ts';
import type { HttpCertificates } from './tls.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Marks a POST that changes nothing, so that a read-only token may call it. */
    onlyReads?: boolean;
  }
}

export interface HttpLimits {
  connectionsMax: number;
  /** Maximum characters of one variable part of a path. */
  paramLengthMax: number;
}

/**
 * Creates a server that bounds what a caller may send and answers every error as `{error: {code, message}}`. With certificates it
 * speaks HTTPS, and nothing else. @throws HarbingerError API_TLS_FILES
 */
export function createHttpServer(
  limits: HttpLimits,
  log: Log,
  certificates?: HttpCertificates,
): FastifyInstance {
  const tls = certificates?.options() ?? null;
  const bounds = { maxHeaderSize: 16 << 10 };
  // Routes do not see which of the two it is, so that one type stands for both.
  const app: FastifyInstance = fastify({
    bodyLimit: 64 << 10,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    ...(tls === null ? { http: bounds } : ({ https: { ...bounds, ...tls } } as object)),
    routerOptions: { maxParamLength: limits.paramLengthMax },
    schemaController: routeSchemas(),
    schemaErrorFormatter: schemaError,
  });
  if (tls !== null && certificates) {
    certificates.follow(app.server as unknown as TlsServer);
    app.addHook('onClose', async () => certificates.stop());
  }
  shareConnections(app, limits.connectionsMax);
  app.setErrorHandler(errorHandler(log));
  app.setNotFoundHandler((request) => {
    throw new HttpError(404, 'API_NOT_FOUND', `there is no ${request.method} ${request.url.slice(0, 200)}`);
  });
  return app;
}

/** Connections without a request in progress lose their place to new ones when there are as many as allowed. */
function shareConnections(app: FastifyInstance, connectionsMax: number): void {
  const slots = new ConnectionSlots({ connectionsMax });
  slots.attach(app.server);
  app.server.on('request', ({ socket }, response) => {
    slots.occupy(socket);
    response.once('close', () => slots.vacate(socket));
  });
}

/** Extracts from a request what a guard checks. */
export function callerOf({ method, headers, ip }: FastifyRequest): HttpCaller {
  return { method, headers, address: ip };
}

/** Protects all routes of `app` with `check`, and changes with the caller's right. */
export function guardRoutes(app: FastifyInstance, check: (caller: HttpCaller) => Right): void {
  app.addHook('onRequest', async (request) => {
    const right = check(callerOf(request));
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads && !request.routeOptions.config.onlyReads) refuseChanges(right);
  });
}

/** Starts to listen and returns the port. @throws HarbingerError API_PORT_BUSY, API_LISTEN_FAILED */
export async function listenHttp(
  app: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const [code, problem] =
      codeOf(error) === 'EADDRINUSE'
        ? ['API_PORT_BUSY', 'is in use: stop what uses it, or choose another with --http-port']
        : ['API_LISTEN_FAILED', `cannot be listened on: ${messageOf(error)}`];
    throw new HarbingerError(code!, 'api', `HTTP port ${port} on ${host} ${problem}`, { cause: error });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
