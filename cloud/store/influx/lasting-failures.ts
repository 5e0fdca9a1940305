/**
 * Tells a batch that the server will never take from an outage, where the answer does not say which it is: InfluxDB 2
 * answers 500 both for points that are too old for its bucket and for its own troubles. A batch that has failed again and
 * again for a minute is looked at line by line. A line counts as refused only if the server stores another point right
 * after each time that it fails on this one.
 */
import { HttpError } from '@influxdata/influxdb-client';
import { probeMeasurement } from '../../../shared/contract/line-protocol.ts';
import type { RejectedLine, StoreBatch } from '../../ports/store.ts';
import { isServerTrouble, textOf } from './line-refusal.ts';
import { LineWriter } from './line-writer.ts';

/** A batch is in doubt after so many failures over so long a time. */
const failuresMin = 5;
const lastingMs = 60_000;
/** How often a single line must fail, with the server well after each time. */
const lineFailuresMin = 5;
/** The same for further lines, once so many are refused that an unsteady server would have been noticed by its probes. */
const furtherFailuresMin = 2;
const firstLines = 20;
/** Limit of refused lines that are remembered, in all lanes. Others would be examined again after an interruption. */
const rememberedMax = 100_000;
/** Limit of lanes that are failing at a time; beyond it, all of them wait anew. */
const lanesMax = 4_096;
const newline = 0x0a;

interface Failing {
  firstSeq: number;
  sinceMs: number;
  failures: number;
  /** Lines that were found to be refused, with the reason. To find them all may take longer than one attempt may. */
  refused: Map<string, string>;
}

export class LastingFailures {
  readonly #byLane = new Map<string, Failing>();

  /** Notes that writing the batch has failed with an error that does not say whether its lines are the cause. */
  failed(batch: StoreBatch, nowMs: number): void {
    const key = laneOf(batch);
    const known = this.#byLane.get(key);
    if (known?.firstSeq === firstSeqOf(batch)) {
      known.failures++;
      return;
    }
    if (!known && this.#byLane.size >= lanesMax) this.#byLane.clear();
    this.#byLane.set(key, { firstSeq: firstSeqOf(batch), sinceMs: nowMs, failures: 1, refused: new Map() });
  }

  /** Forgets the failures of a batch that is stored, or that failed while nothing else could be stored either. */
  forget(batch: StoreBatch): void {
    if (this.#byLane.size > 0) this.#byLane.delete(laneOf(batch));
  }

  isInDoubt(batch: StoreBatch, nowMs: number): boolean {
    if (this.#byLane.size === 0) return false;
    const known = this.#byLane.get(laneOf(batch));
    if (known?.firstSeq !== firstSeqOf(batch)) return false;
    return known.failures >= failuresMin && nowMs - known.sinceMs >= lastingMs;
  }

  /** The refused lines of a batch in doubt that are known already. */
  refusedOf(batch: StoreBatch): ReadonlyMap<string, string> {
    return this.#byLane.get(laneOf(batch))?.refused ?? new Map();
  }

  noteRefused(batch: StoreBatch, line: string, reason: string): void {
    let remembered = 0;
    for (const { refused } of this.#byLane.values()) remembered += refused.size;
    if (remembered < rememberedMax) this.#byLane.get(laneOf(batch))?.refused.set(line, reason);
  }
}

/** Whether the server has answered in a way that may be about the content of the request, or about itself. */
export function mayBeAboutLines(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof HttpError && [400, 422, 500].includes(cause.statusCode) && !isServerTrouble(cause);
}

export interface DoubtfulSender {
  /** Sends lines. @throws HttpError if the server refused their content; any other error */
  send(body: Buffer): Promise<void>;
  /** Stores a point that the server must accept if it is well. @throws an error that is not an HttpError */
  probe(): Promise<void>;
  /** Is called for each line that is found to be refused. */
  onRefused(line: string, reason: string): void;
}

/** A point that a server which is well accepts: in a measurement that nothing else may use, at the present time. */
export function probeLine(nowMs: number): Buffer {
  // Probes of one minute are one point.
  return Buffer.from(`${probeMeasurement} ok=1 ${nowMs - (nowMs % 60_000)}000000\n`);
}

/**
 * Writes the lines of a batch that is in doubt. Returns those that fail while the server is well.
 * @param known refused lines that an earlier attempt has found, with the reasons
 * @throws the error of a probe, or that of a line if it cannot be about the line
 */
export async function writeInDoubt(
  sender: DoubtfulSender,
  lines: readonly Buffer[],
  known: ReadonlyMap<string, string>,
): Promise<RejectedLine[]> {
  const earlier = [...known].map(([line, reason]) => ({ line, reason }));
  let found = known.size;
  const send = async (body: Buffer) => {
    const isOneLine = body.indexOf(newline) === body.length - 1;
    const further = found < firstLines ? lineFailuresMin : furtherFailuresMin;
    const refusal = await refusalOf(sender, body, isOneLine ? further : 1);
    if (!refusal) return;
    if (isOneLine) {
      found++;
      sender.onRefused(body.toString('utf8', 0, body.length - 1), textOf(refusal));
    }
    throw refusal;
  };
  const rest = known.size === 0 ? lines : lines.filter((line) => !known.has(line.toString()));
  return [...earlier, ...(await new LineWriter(send, { isProbed: true }).write(rest))];
}

/** Sends lines up to `times` times. Returns null if they are stored, or the refusal if they fail each time. */
async function refusalOf(
  { send, probe }: DoubtfulSender,
  body: Buffer,
  times: number,
): Promise<HttpError | null> {
  for (let failures = 1; ; failures++) {
    try {
      await send(body);
      return null;
    } catch (error) {
      const refusal = refusalIn(error);
      if (!refusal) throw error;
      // It says that the request is too large, and means it.
      if (refusal.statusCode === 413) return refusal;
      await probe();
      if (failures === times) return refusal;
    }
  }
}

function refusalIn(error: unknown): HttpError | null {
  if (error instanceof HttpError) return error;
  return mayBeAboutLines(error) ? ((error as Error).cause as HttpError) : null;
}

function laneOf({ gateway, journal, lane }: StoreBatch): string {
  return `${gateway}/${journal}/${lane}`;
}

function firstSeqOf({ blocks }: StoreBatch): number {
  return blocks[0]!.seq;
}
