/**
 * The store on an InfluxDB 1.x, 2.x or 3.x (cloud/store/influx), which gets the lines as gateways sent them. This file
 * composes the room: the line check keeps back lines that InfluxDB would misread, the line writer finds the ones it
 * refuses.
 */
import { HttpError } from '@influxdata/influxdb-client';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { MachineSpan } from '../../ports/retired/retired.ts';
import type {
  DeletedRows,
  ReadingStore,
  RejectedLine,
  SeriesPoint,
  SeriesQuery,
  StoreBatch,
  StoreOutcome,
  TextPoint,
  TextQuery,
} from '../../ports/store.ts';
import { storeMisconfigured } from '../errors.ts';
import type { InfluxTarget } from './config.ts';
import { deleteMachine } from './delete-machine.ts';
import { Confirmations, healthPathOf, isWell } from './health.ts';
import { InfluxHttp } from './http.ts';
import { identifier, seriesOf } from './influx-ql.ts';
import { LastingFailures, mayBeAboutLines, probeLine, writeInDoubt } from './lasting-failures.ts';
import { checkLines, requestsOf } from './line-check.ts';
import { isContentRefusal } from './line-refusal.ts';
import { LineWriter } from './line-writer.ts';
import { type Reader, readCounts, readSeries, readTexts } from './reads.ts';
import { InfluxRetention } from './retention/retention.ts';

/** A request that reads a whole measurement has so many times the usual time limit. */
const longQueryFactor = 10;
/** How long a failed write counts as a sign of the server's health; gateways try again sooner. */
const troubleMsMax = 60_000;

export interface InfluxStoreDeps {
  /** The cloud's data folder, where retention keeps what it has to remember. */
  dataDir: string;
  clock: Clock;
  log: Log;
}

export function createInfluxStore(config: InfluxTarget, deps: InfluxStoreDeps): ReadingStore {
  return new InfluxStore(config, deps);
}

class InfluxStore implements ReadingStore {
  readonly kind: string;
  readonly retention?: InfluxRetention;
  readonly #config: InfluxTarget;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #http: InfluxHttp;
  readonly #writePath: string;
  readonly #failures = new LastingFailures();
  #databaseChecked: boolean;
  readonly #confirmations = new Confirmations();
  #trouble: string | undefined;
  #troubleMs = 0;

  constructor(config: InfluxTarget, deps: InfluxStoreDeps) {
    this.kind = `influx${config.version}`;
    this.#config = config;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#http = new InfluxHttp(config, deps.clock);
    this.#writePath = writePathOf(config);
    this.#databaseChecked = config.version !== 1;
    // InfluxDB 3 deletes nothing on request; it has a period to keep for each table.
    if (config.version === 3) return;
    this.retention = new InfluxRetention({
      ...deps,
      config,
      http: this.#http,
      reader: this.#reader,
      write: (lines) => new LineWriter((body) => this.#send(body, false)).write(lines),
    });
  }

  /** Does not fail if the server is down: writes fail with the reason until it is back. */
  async start(): Promise<void> {
    try {
      await this.#makeDatabase();
    } catch (error) {
      const details = { store: this.#http.where, error: messageOf(error) };
      this.#log.warn(details, 'the telemetry store does not answer; gateways keep their data until it does');
    }
    await this.retention?.start();
  }

  async stop(): Promise<void> {
    this.#http.close();
  }

  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    const store = () => this.#store(batch, signal);
    return this.retention ? this.retention.write(batch.raw, signal, store) : store();
  }

  async #store(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome> {
    try {
      if (!this.#databaseChecked) await this.#makeDatabase();
      const rejected = this.#failures.isInDoubt(batch, this.#clock.monotonicMs())
        ? await this.#writeInDoubt(batch, signal)
        : await this.#write(batch, signal);
      this.#failures.forget(batch);
      this.#noteTrouble(undefined);
      return { rejected };
    } catch (error) {
      const failure = this.#http.failureOf(error);
      // A database that was deleted is created again if it may be.
      if (this.#config.version === 1 && codeOf(failure) === 'STORE_CONFIG') this.#databaseChecked = false;
      // A write cancelled because its sender is gone says nothing about the server.
      if (!signal.aborted) {
        this.#noteTrouble(failure);
        if (mayBeAboutLines(failure)) this.#failures.failed(batch, this.#clock.monotonicMs());
      }
      throw failure;
    }
  }

  async #write({ raw, gzipped }: StoreBatch, signal: AbortSignal): Promise<RejectedLine[]> {
    const writer = new LineWriter((body) => this.#send(body, false, signal));
    const requests = requestsOf(raw);
    if (requests === null) {
      const { lines, rejected } = checkLines(raw);
      return [...rejected, ...(await writer.write(lines))];
    }
    const rejected: RejectedLine[] = [];
    for (const request of requests) {
      const asItCame = requests.length === 1 ? gzipped : null;
      try {
        await this.#send(asItCame ?? request, asItCame !== null, signal);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        rejected.push(...(await writer.afterRefusal(error, checkLines(request).lines)));
      }
    }
    return rejected;
  }

  /** Writes a batch that has failed for so long that its lines may be the cause, and finds those that are. */
  async #writeInDoubt(batch: StoreBatch, signal: AbortSignal): Promise<RejectedLine[]> {
    const { lines, rejected } = checkLines(batch.raw);
    const send = (body: Buffer) => this.#send(body, false, signal);
    const probe = async () => {
      try {
        await send(probeLine(this.#clock.nowMs()));
      } catch (error) {
        // Nothing can be stored at present, so there is no doubt about this batch.
        if (!signal.aborted) this.#failures.forget(batch);
        throw this.#http.failureOf(error);
      }
    };
    const onRefused = (line: string, reason: string) => this.#failures.noteRefused(batch, line, reason);
    const known = this.#failures.refusedOf(batch);
    const found = await writeInDoubt({ send, probe, onRefused }, lines, new Map(known));
    const { gateway, lane } = batch;
    this.#log.warn(
      { gateway, lane, refused: found.length, lines: lines.length, reason: found[0]?.reason },
      'a batch kept failing while the telemetry store was well; the lines that it refuses are quarantined',
    );
    return [...rejected, ...found];
  }

  /** @throws HttpError if the server refused the content */
  async #send(body: Buffer, gzipped: boolean, signal?: AbortSignal): Promise<void> {
    try {
      const { status, serverVersion } = await this.#http.send({
        method: 'POST',
        path: this.#writePath,
        body,
        gzipped,
        ...(signal && { signal }),
      });
      if (status === 204) return this.#confirmations.check(serverVersion, this.#http.where);
      throw storeMisconfigured(
        `${this.#http.where} answered a write with ${status} instead of 204: is store.url that of an InfluxDB?`,
      );
    } catch (error) {
      if (error instanceof HttpError && isContentRefusal(error)) throw error;
      throw this.#http.failureOf(error);
    }
  }

  async #makeDatabase(): Promise<void> {
    if (this.#config.version !== 1) return;
    const q = encodeURIComponent(`CREATE DATABASE ${identifier(this.#config.database)}`);
    try {
      seriesOf((await this.#http.send({ method: 'POST', path: `/query?q=${q}` })).text);
    } catch (error) {
      if (!(error instanceof HttpError) && codeOf(error) !== 'QUERY_FAILED') throw error;
      // The database may exist even if we have no right to create it: the next write shows that.
      this.#log.debug({ error: messageOf(error) }, 'the database could not be created');
    }
    this.#databaseChecked = true;
  }

  /** Whether the server answers and the last write did not fail: a server with a full disk answers too. */
  async healthy(): Promise<boolean> {
    if (this.#trouble !== undefined && this.#clock.monotonicMs() - this.#troubleMs < troubleMsMax)
      return false;
    try {
      const { version } = this.#config;
      return isWell(version, await this.#http.send({ method: 'GET', path: healthPathOf(version) }));
    } catch {
      return false;
    }
  }

  async deleteMachine(span: MachineSpan, signal: AbortSignal): Promise<DeletedRows> {
    try {
      await deleteMachine(this.#http, this.#config, span, signal);
    } catch (error) {
      throw this.#http.failureOf(error);
    }
    return { rows: null, isComplete: true };
  }

  series(query: SeriesQuery): Promise<SeriesPoint[]> {
    return this.#read(() => readSeries(this.#reader, query));
  }

  texts(query: TextQuery): Promise<Record<string, TextPoint[]>> {
    return this.#read(() => readTexts(this.#reader, query));
  }

  counts(): Promise<Record<string, number>> {
    return this.#read(() => readCounts(this.#reader));
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw this.#http.failureOf(error);
    }
  }

  readonly #reader: Reader = {
    query: async (influxQl) =>
      (await this.#http.send({ method: 'GET', path: this.#queryPath(influxQl) })).text,
    queryChunked: async (influxQl, onPiece) => {
      let rest = '';
      const decoder = new TextDecoder();
      await this.#http.send({
        method: 'GET',
        path: `${this.#queryPath(influxQl)}&chunked=true&chunk_size=5000`,
        timeoutMs: this.#config.timeoutMs * longQueryFactor,
        onData: (data) => {
          const pieces = (rest + decoder.decode(data, { stream: true })).split('\n');
          rest = pieces.pop()!;
          for (const piece of pieces) if (piece.trim() !== '') onPiece(piece);
        },
      });
      if (rest.trim() !== '') onPiece(rest);
    },
  };

  #queryPath(influxQl: string): string {
    const { database, retentionPolicy } = this.#config;
    const parameters = new URLSearchParams({ db: database, epoch: 'u', q: influxQl });
    if (retentionPolicy !== undefined) parameters.set('rp', retentionPolicy);
    return `/query?${parameters}`;
  }

  /** Logs a problem once, and its end once. */
  #noteTrouble(failure: Error | undefined): void {
    const code = failure && (codeOf(failure) ?? failure.name);
    this.#troubleMs = this.#clock.monotonicMs();
    if (code === this.#trouble) return;
    this.#trouble = code;
    if (failure) this.#log.error({ code, error: failure.message }, 'the telemetry store cannot be written');
    else this.#log.info({ store: this.#http.where }, 'the telemetry store is written again');
  }
}

function writePathOf(config: InfluxTarget): string {
  const { version, database, retentionPolicy, org } = config;
  if (version === 1) {
    const parameters = new URLSearchParams({ db: database, precision: 'ns' });
    if (retentionPolicy !== undefined) parameters.set('rp', retentionPolicy);
    return `/write?${parameters}`;
  }
  const parameters = new URLSearchParams({ bucket: database, precision: 'ns' });
  if (org !== undefined) parameters.set('org', org);
  return `/api/v2/write?${parameters}`;
}
