import type { ColumnBatch } from '../../ports/watch.ts';
import type { MachineLimits } from '../limits/machine-limits.ts';

/** Kinds of entries beside a reading that is judged. */
const atRest = 1;
const breakAtWork = 2;
const breakAtRest = 3;

/** Bytes of an entry without its values: time, where its values end, what it is. */
const entryBytes = 24;
const valueBytes = 4;
const noValues = new Float32Array(0);

/** Gaps from which it is known how often a sensor was kept; and which of them, the shortest first, is usual. */
const gapsMin = 8;
const usualShare = 0.9;

/** The room for logs that all machines share. */
export class LogRoom {
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.left += bytes;
  }
}

/** Readings of one machine in the order in which they came, to be judged in the order of their own times. */
export class ReadingLog {
  private readonly room: LogRoom;
  private readonly times: number[] = [];
  private readonly ends: number[] = [];
  private readonly kinds: number[] = [];
  private values = noValues;
  private bytes = 0;

  constructor(room: LogRoom) {
    this.room = room;
  }

  get size(): number {
    return this.times.length;
  }

  /** Adds row `i` of a batch. Returns false if there is no room. @param isAtRest only limits that hold at rest judge it */
  add({ timeMs, offset, values }: ColumnBatch, i: number, isAtRest = false): boolean {
    return this.push(timeMs[i]!, isAtRest ? atRest : 0, values, offset[i]!, offset[i + 1]!);
  }

  /** Adds that readings were left out before this time. */
  addBreak(timeMs: number, wasRest: boolean): boolean {
    return this.push(timeMs, wasRest ? breakAtRest : breakAtWork, noValues, 0, 0);
  }

  /** Lets limits take all of it, in the order of its times. Returns the latest of these. */
  replay(limits: MachineLimits): number {
    const { times, ends, kinds, values } = this;
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
    for (const i of order) {
      const kind = kinds[i]!;
      if (kind === breakAtWork || kind === breakAtRest) limits.interrupt(kind === breakAtRest);
      else
        limits.take(
          values,
          i === 0 ? 0 : ends[i - 1]!,
          ends[i]!,
          times[i]!,
          true,
          kind === atRest ? limits.heldAside(false) : null,
        );
    }
    return order.length === 0 ? Number.NEGATIVE_INFINITY : times[order.at(-1)!]!;
  }

  /** The time between two values of a sensor that nearly all are within; infinite if there are too few. @param column of the sensor */
  usualGapMs(column: number): number {
    const { times, ends, values } = this;
    const has = (i: number) => {
      const from = i === 0 ? 0 : ends[i - 1]!;
      return from + column < ends[i]! && !Number.isNaN(values[from + column]!);
    };
    const sorted = Float64Array.from(times.filter((_, i) => has(i))).sort();
    if (sorted.length <= gapsMin) return Number.POSITIVE_INFINITY;
    const gaps = sorted.slice(1).map((timeMs, i) => timeMs - sorted[i]!);
    return gaps.sort()[Math.floor(usualShare * (gaps.length - 1))]!;
  }

  clear(): void {
    this.room.give(this.bytes);
    this.bytes = 0;
    for (const list of [this.times, this.ends, this.kinds]) list.length = 0;
    this.values = noValues;
  }

  private push(timeMs: number, kind: number, values: Float32Array, first: number, end: number): boolean {
    const bytes = entryBytes + valueBytes * (end - first);
    if (!this.room.take(bytes)) return false;
    this.bytes += bytes;
    const from = this.ends.at(-1) ?? 0;
    const to = from + end - first;
    if (to > this.values.length) {
      const larger = new Float32Array(Math.max(to, 2 * this.values.length));
      larger.set(this.values);
      this.values = larger;
    }
    for (let at = from; at < to; at++) this.values[at] = values[first + at - from]!;
    this.times.push(timeMs);
    this.ends.push(to);
    this.kinds.push(kind);
    return true;
  }
}
