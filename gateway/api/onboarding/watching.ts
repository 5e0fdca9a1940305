import type { ServerResponse } from 'node:http';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { textAnswer } from '../../../shared/http/openapi.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { WatchAdmin } from '../../ports/onboarding/watching.ts';

const fetchMs = 250;
/** A line without content, so that a connection that is cut is noticed. */
const beatMs = 15_000;

const Watching = Type.Object(
  {
    filter: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'as in MQTT, of topics or of machines as site/machine: hall/#, hall/pump-1, #',
    }),
  },
  { additionalProperties: false },
);
const Lines = Type.String({
  description:
    'a JSON object a line, each with the outcome of one message or reading: `atMs`, `topic`, `client`, `outcome` (stored, resend, again, refused, ignored, changed), `machine`, `values`, `passedOver`, `code`, `why`; or `{"lost": n}`: so many lines were left out; or `{}` while nothing comes',
});

export interface WatchingDeps {
  watching: WatchAdmin;
  clock: Clock;
  log: Log;
}

/** `POST /api/watch`, until the caller disconnects: whoever may only read does not see what devices send. */
export function watchingRoute(app: FastifyInstance, deps: WatchingDeps): void {
  app.post<{ Body: Static<typeof Watching> }>(
    '/api/watch',
    {
      schema: {
        summary: 'Watch what arrives and what happens to it, as it comes',
        description:
          'A sample: at most 50 lines a second in the long run. A reader that is too slow loses lines and is told how many; it holds up nothing.',
        body: Watching,
        response: textAnswer('the lines, until the caller disconnects', 'application/x-ndjson', Lines),
      },
    },
    async ({ body, ip }, reply) => {
      const id = await refusals(() => deps.watching.open(body.filter));
      deps.log.info({ filter: body.filter, address: ip }, 'somebody watches what arrives');
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'application/x-ndjson; charset=utf-8',
        'x-accel-buffering': 'no',
      });
      reply.raw.write('{}\n');
      new Pump(reply.raw, id, deps).start();
    },
  );
}

/** Fetches lines for one reader, and no more while its connection is full: then they are lost where they are made. */
class Pump {
  private readonly response: ServerResponse;
  private readonly id: number;
  private readonly deps: WatchingDeps;
  private isFull = false;
  private isOver = false;
  private quietMs = 0;

  constructor(response: ServerResponse, id: number, deps: WatchingDeps) {
    this.response = response;
    this.id = id;
    this.deps = deps;
  }

  start(): void {
    const { response } = this;
    response.on('drain', () => {
      this.isFull = false;
    });
    response.on('error', () => this.end());
    response.on('close', () => this.end());
    this.later();
  }

  private later(): void {
    this.deps.clock.setTimer(fetchMs, () => void this.fetch());
  }

  private async fetch(): Promise<void> {
    if (this.isOver) return;
    try {
      if (!this.isFull && !(await this.pass())) return this.end();
    } catch (error) {
      this.deps.log.warn({ problem: messageOf(error) }, 'watching what arrives has ended');
      return this.end();
    }
    if (!this.isOver) this.later();
  }

  /** Returns false if the watcher is gone. */
  private async pass(): Promise<boolean> {
    const batch = await this.deps.watching.take(this.id);
    if (!batch) return false;
    const { lines, lost } = batch;
    const all = [...lines, ...(lost > 0 ? [{ lost }] : [])];
    this.quietMs = all.length > 0 ? 0 : this.quietMs + fetchMs;
    if (this.quietMs >= beatMs) {
      this.quietMs = 0;
      all.push({ lost: 0 });
    }
    if (all.length > 0)
      this.isFull = !this.response.write(
        all.map((line) => `${JSON.stringify('lost' in line && line.lost === 0 ? {} : line)}\n`).join(''),
      );
    return true;
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.response.end();
    this.deps.watching.close(this.id).catch(() => {});
  }
}

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    if (error.code === 'WATCH_FILTER') throw new HttpError(400, error.code, error.message);
    if (error.code === 'WATCH_FULL') throw new HttpError(503, error.code, error.message);
    throw error;
  }
}
