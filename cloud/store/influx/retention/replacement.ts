/**
 * Replaces the points of a span by means, so that a crash of anything leaves it done or not done: the means are on the
 * cloud's disk (`influx-thinning.json`) before a point is deleted, and what was begun is completed before anything else is
 * written into the span. To complete it twice changes nothing.
 */
import { join } from 'node:path';
import { parseLine } from '../../../../shared/contract/line-protocol.ts';
import { readRegular } from '../../../../shared/files/read-regular.ts';
import { replaceFile } from '../../../../shared/files/replace.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { StoreUnavailableError } from '../../errors.ts';
import type { RangeLock } from './range-lock.ts';
import type { RetentionServer, Span } from './server.ts';

/** A piece has at most some 10,000 means. */
const bytesMax = 256 << 20;
/** A deletion that an earlier process had asked for may still be running, and take the means with it. */
const triesMax = 3;

interface Begun extends Span {
  /** The database that it is about. */
  of: string;
  measurement: string;
  lines: readonly string[];
}

export class Replacement {
  readonly #path: string;
  readonly #server: RetentionServer;
  readonly #lock: RangeLock;
  readonly #log: Log;
  #begun: Begun | null = null;
  #completing: Promise<void> | null = null;

  constructor(
    dataDir: string,
    { server, lock, log }: { server: RetentionServer; lock: RangeLock; log: Log },
  ) {
    this.#path = join(dataDir, 'influx-thinning.json');
    this.#server = server;
    this.#lock = lock;
    this.#log = log;
  }

  /** Holds the span of what an earlier process has begun. Call it before anything is written. */
  async open(): Promise<void> {
    if (this.#begun) return;
    const begun = this.#read();
    if (!begun) return;
    if (begun.of !== this.#server.identity) {
      const { of, measurement, lines } = begun;
      const what = 'means that were to replace readings of another InfluxDB are not written';
      this.#log.error({ of, measurement, means: lines.length }, `${what}; they are in ${this.#path}.other`);
      await replaceFile(`${this.#path}.other`, JSON.stringify(begun));
      await replaceFile(this.#path, 'null');
      return;
    }
    this.#begun = begun;
    await this.#lock.hold(begun);
  }

  /** Completes what was begun, if anything was. @throws HarbingerError STORE_UNAVAILABLE, STORE_CONFIG (retry) */
  complete(): Promise<void> {
    if (!this.#begun) return Promise.resolve();
    this.#completing ??= this.#complete(this.#begun).finally(() => {
      this.#completing = null;
    });
    return this.#completing;
  }

  /** The lock must hold the span; it is released when everything is done, and before if nothing was begun. */
  async replace(measurement: string, { fromMs, toMs }: Span, lines: readonly string[]): Promise<void> {
    const begun = { of: this.#server.identity, measurement, fromMs, toMs, lines };
    await replaceFile(this.#path, JSON.stringify(begun));
    this.#begun = begun;
    await this.complete();
  }

  async #complete(begun: Begun): Promise<void> {
    const { measurement, lines } = begun;
    for (let tries = 1; ; tries++) {
      await this.#server.delete(measurement, begun);
      const rejected = await this.#server.write(lines.map((line) => Buffer.from(line)));
      if (rejected.length > 0) {
        const details = { measurement, refused: rejected.length, reason: rejected[0]?.reason };
        this.#log.error(details, 'InfluxDB refuses means of the readings that they replace');
      }
      const refused = new Set(rejected.map(({ line }) => line));
      const expected = valuesIn(lines.filter((line) => !refused.has(line)));
      const found = (await this.#server.hours(measurement, begun)).reduce(
        (sum, { values }) => sum + values,
        0,
      );
      if (found === expected) break;
      if (tries === triesMax)
        throw new StoreUnavailableError(
          `thinning ${measurement}: InfluxDB has ${found} values instead of the ${expected} that were written; it is tried again`,
        );
    }
    await replaceFile(this.#path, 'null');
    this.#begun = null;
    this.#lock.release();
  }

  #read(): Begun | null {
    let text: string;
    try {
      text = readRegular(this.#path, bytesMax).toString('utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      const begun = JSON.parse(text) as Begun | null;
      return begun && Array.isArray(begun.lines) ? begun : null;
    } catch (error) {
      const what = `${this.#path} is damaged: readings of one span of time may be missing in InfluxDB`;
      this.#log.error({ error: messageOf(error) }, what);
      return null;
    }
  }
}

function valuesIn(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Object.keys(parseLine(line).fields).length, 0);
}
