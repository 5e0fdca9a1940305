/**
 * Writes lines so that every good one is stored and exactly the bad ones are known. InfluxDB merges points of equal
 * series and time, so writing good lines a second time, while looking for the bad ones, changes nothing. For the same
 * reason a line may be written in two parts: where one field has another type than the store's, only that field is bad.
 */
import { HttpError } from '@influxdata/influxdb-client';
import { splitField } from '../../../shared/contract/line-protocol.ts';
import type { RejectedLine } from '../../ports/store.ts';
import { storeMisconfigured } from '../errors.ts';
import { conflictingField, type LineRefusal, readLineRefusal } from './line-refusal.ts';

/** The largest request that InfluxDB 3 recommends; versions 1 and 2 accept more. */
export const requestLimits = { linesMax: 10_000, bytesMax: 10_000_000 } as const;

/**
 * Limit of requests for one refused group. At the limit, the rest of the group is rejected as a whole: its good lines go
 * into quarantine with the bad ones, so they are not lost.
 */
const requestsMax = 2_000;
const lineEnd = Buffer.from('\n');

/** Sends one request; rejects with HttpError if the server refused its content. */
export type Send = (body: Buffer) => Promise<void>;

export class LineWriter {
  readonly #send: Send;
  readonly #isProbed: boolean;
  readonly #requestsMax: number;
  #requests = 0;

  /**
   * @param isProbed whether the server is known to be well whenever it refuses: then no setting is at fault, and there is
   * no limit of requests, because the sender remembers what it has found
   */
  constructor(send: Send, { isProbed = false } = {}) {
    this.#send = send;
    this.#isProbed = isProbed;
    this.#requestsMax = isProbed ? Number.POSITIVE_INFINITY : requestsMax;
  }

  /** Writes lines in requests of bounded size. @throws HarbingerError STORE_CONFIG, STORE_UNAVAILABLE */
  async write(lines: readonly Buffer[]): Promise<RejectedLine[]> {
    const rejected: RejectedLine[] = [];
    for (let from = 0; from < lines.length; ) {
      let to = from;
      for (let bytes = 0; to < lines.length && to - from < requestLimits.linesMax; to++) {
        bytes += lines[to]!.length + 1;
        if (to > from && bytes > requestLimits.bytesMax) break;
      }
      const part = lines.slice(from, to);
      const error = await this.#try(part);
      if (error) rejected.push(...(await this.afterRefusal(error, part)));
      from = to;
    }
    return rejected;
  }

  /** Finds the bad lines after a request with exactly these lines was refused. @throws as `write` */
  async afterRefusal(error: HttpError, lines: readonly Buffer[]): Promise<RejectedLine[]> {
    const rejected = await this.#divide(error, lines);
    // If all lines are refused for a reason that is not about lines, the request itself is at fault.
    if (rejected.length === lines.length && error.statusCode !== 413 && !this.#isProbed) {
      const refusal = readLineRefusal(error, lines);
      if (!refusal.aboutLines) {
        throw storeMisconfigured(
          `InfluxDB refuses every line: ${refusal.message}; check the store's settings`,
          error,
        );
      }
    }
    return rejected;
  }

  async #store(lines: readonly Buffer[]): Promise<RejectedLine[]> {
    const error = lines.length === 0 ? null : await this.#try(lines);
    return error ? this.#divide(error, lines) : [];
  }

  /** Null if all lines are stored. */
  async #try(lines: readonly Buffer[]): Promise<HttpError | null> {
    this.#requests++;
    try {
      await this.#send(Buffer.concat(lines.flatMap((line) => [line, lineEnd])));
      return null;
    } catch (error) {
      if (error instanceof HttpError) return error;
      throw error;
    }
  }

  async #divide(error: HttpError, lines: readonly Buffer[]): Promise<RejectedLine[]> {
    if (error.statusCode !== 413) return this.#examine(lines, readLineRefusal(error, lines));
    if (lines.length > 1) return this.#storeHalves(lines);
    return lines.map((line) => reject(line, 'the server takes no line that large'));
  }

  async #examine(lines: readonly Buffer[], refusal: LineRefusal): Promise<RejectedLine[]> {
    const { named, suspects, field, dropped, message } = refusal;
    if (named.size > 0) return this.#withoutNamed(lines, named);
    const parts = field === null ? null : divided(lines, suspects, field);
    if (parts && parts.rests.length > 0 && this.#requests < this.#requestsMax) {
      const others = await this.#store(lines.filter((_, i) => !suspects.has(i)));
      const rests = await this.#store(parts.rests);
      return [...others, ...rests, ...(await this.#store(parts.alone))];
    }
    if (lines.length === 1 || dropped === lines.length || this.#requests >= this.#requestsMax) {
      return lines.map((line) => reject(line, message));
    }
    if (suspects.size > 0 && suspects.size < lines.length) {
      const others = await this.#store(lines.filter((_, i) => !suspects.has(i)));
      return [...others, ...(await this.#store(lines.filter((_, i) => suspects.has(i))))];
    }
    return this.#storeHalves(lines);
  }

  async #withoutNamed(lines: readonly Buffer[], named: ReadonlyMap<number, string>): Promise<RejectedLine[]> {
    const bad: RejectedLine[] = [];
    const good: Buffer[] = [];
    for (const [i, line] of lines.entries()) {
      const reason = named.get(i);
      const field = reason === undefined ? null : conflictingField(reason);
      const parts = field === null ? null : splitField(line.toString(), field);
      if (reason === undefined) good.push(line);
      else bad.push({ line: parts?.alone ?? line.toString(), reason });
      if (parts?.rest) good.push(Buffer.from(parts.rest));
    }
    return [...bad, ...(await this.#store(good))];
  }

  async #storeHalves(lines: readonly Buffer[]): Promise<RejectedLine[]> {
    const middle = lines.length >> 1;
    const first = await this.#store(lines.slice(0, middle));
    return [...first, ...(await this.#store(lines.slice(middle)))];
  }
}

/** Divides those lines into ones with the field alone, and ones with their other fields, if there are any. */
function divided(lines: readonly Buffer[], which: ReadonlySet<number>, field: string) {
  const alone: Buffer[] = [];
  const rests: Buffer[] = [];
  for (const [i, line] of lines.entries()) {
    if (!which.has(i)) continue;
    const parts = splitField(line.toString(), field);
    alone.push(parts ? Buffer.from(parts.alone) : line);
    if (parts?.rest) rests.push(Buffer.from(parts.rest));
  }
  return { alone, rests };
}

function reject(line: Buffer, reason: string): RejectedLine {
  return { line: line.toString(), reason };
}
