import { freeBytesOf } from '../files/free-space.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { codeOf, isDiskFull, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { HttpError } from './errors.ts';
import { createHttpServer, listenHttp } from './server.ts';
import type { HttpTls } from './settings.ts';
import { HttpCertificates } from './tls.ts';

const pollMs = 1_000;
/** Longest time between two attempts. A quota, for example, may be raised without any change of the free space. */
const attemptMsMax = 30_000;

export interface SpaceDeps {
  dataDir: string;
  /** Where `/healthz` and `/readyz` are served while there is no space. */
  http: { host: string; port: number; tls?: HttpTls };
  /** The table of the configuration that `http` is. */
  place: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/**
 * Starts something that may need space on the disk. While `start` fails because the disk is full, `/readyz` says so, and
 * it is tried again as soon as there is more space. Resolves with null once `signal` aborts meanwhile. @throws what `start`
 * throws for any other reason
 */
export async function startWithSpace<T>(start: () => Promise<T>, deps: SpaceDeps): Promise<T | null> {
  const { dataDir, clock, log, signal } = deps;
  for (let told = ''; ; ) {
    try {
      return await start();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const cause = messageOf(error);
      const reason = `the disk of ${dataDir} is full, and starting needs space there; free some, and it continues by itself`;
      if (cause !== told) log.error({ dataDir, code: codeOf(error), cause }, reason);
      told = cause;
      const stopServing = await serve(`${reason} (${cause})`, deps);
      try {
        await moreSpace(dataDir, clock, signal);
      } finally {
        await stopServing();
      }
    }
    if (signal.aborted) return null;
  }
}

/** Resolves when there is more space than now, and after a while at the latest. */
async function moreSpace(dataDir: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const bytes = () => freeBytesOf(dataDir).catch(() => 0);
  const before = await bytes();
  for (let waitedMs = 0; waitedMs < attemptMsMax && !signal.aborted; waitedMs += pollMs) {
    await sleep(clock, pollMs, signal);
    if ((await bytes()) > before) return;
  }
}

/** Answers that the process lives and is not ready. Returns a function that ends it. */
async function serve(reason: string, { http, place, clock, log }: SpaceDeps): Promise<() => Promise<void>> {
  const certificates = new HttpCertificates(http.tls, place, { clock, log });
  const app = createHttpServer({ connectionsMax: 64, paramLengthMax: 32 }, log, certificates);
  app.get('/healthz', () => ({ status: 'ok', reasons: [] }));
  app.get('/readyz', (_request, reply) => {
    reply.code(503).send({ status: 'not ready', reasons: [reason] });
  });
  app.all('/*', () => {
    throw new HttpError(503, 'API_NO_SPACE', reason);
  });
  await listenHttp(app, http);
  return () => app.close();
}
