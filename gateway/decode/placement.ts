import type { DecodedReading } from '../ports.ts';
import type { Row } from './contract.ts';
import { finish, hashText, mix, mixFloat } from './hash.ts';
import type { Series } from './machines.ts';
import type { RecentReadings } from './recent-readings.ts';

export interface TimeBounds {
  /** A device's time further ahead or behind the gateway's clock is not believed: the gateway's clock is used. */
  aheadMsMax: number;
  behindMsMax: number;
}

export interface PlacementCounts {
  resends: number;
  separated: number;
  timesOutOfBounds: number;
}

const identityKind = { id: 1, seq: 2, time: 3 } as const;
/** Distinct readings of one series under one device timestamp; beyond it the gateway's clock is used. */
const separationsMax = 1_000;

/**
 * Gives each reading its place in time, unique in its series, and recognises resends.
 *
 * A resend is a reading whose `id` was seen lately; or whose running number, or device time, was seen lately with the
 * same content; or, where the sender says that it sends again (DUP), with any content. A distinct reading that meets an
 * occupied timestamp moves on by 1 ns. Without device time: the gateway's ms with a running ns part, which is unique
 * by itself.
 */
export class Placement {
  ms = 0;
  ns = 0;
  readonly counts: PlacementCounts = {
    resends: 0,
    separated: 0,
    timesOutOfBounds: 0,
  };
  /** Keys (high, low, fingerprint) added since `beginBlock`, to be kept with the block. */
  added: number[] = [];
  private readonly recent: RecentReadings;
  private readonly bounds: TimeBounds;
  private running = 0;
  private high = 0;
  private low = 0;

  constructor(recent: RecentReadings, bounds: TimeBounds) {
    this.recent = recent;
    this.bounds = bounds;
  }

  beginBlock(): void {
    this.added = [];
  }

  /** Sets `ms` and `ns`; false if the reading is a resend and must not be stored again. */
  place(series: Series, reading: DecodedReading, row: Row, receivedMs: number, resend: boolean): boolean {
    const content = fingerprint(series, reading, row);
    const first = this.added.length;
    const { id, seq } = reading;
    if (id !== undefined) {
      const [high, low] = hashText(id);
      this.key(series, identityKind.id, high, low);
      if (this.recent.find(this.high, this.low) !== -1) return this.refuse();
      this.remember(0);
    } else if (seq !== undefined) {
      this.key(series, identityKind.seq, seq | 0, (seq / 2 ** 32) | 0);
      const known = this.recent.find(this.high, this.low);
      if (known !== -1 && (resend || known === content)) return this.refuse();
      this.remember(content);
    }
    const identified = this.added.length > first;
    if (this.placeAtDeviceTime(series, reading, receivedMs, content, resend && !identified)) return true;
    if (this.ms < 0) {
      this.forget(first);
      return this.refuse();
    }
    this.placeAtArrival(receivedMs);
    return true;
  }

  /** Puts back what a block added that could not be stored, so that its readings are welcome again. */
  forgetBlock(added: readonly number[]): void {
    for (let i = 0; i < added.length; i += 3) this.recent.remove(added[i]!, added[i + 1]!);
  }

  /** True if placed; else `ms` is -1 for a resend, or 0 where the gateway's clock is to be used. */
  private placeAtDeviceTime(
    series: Series,
    reading: DecodedReading,
    receivedMs: number,
    content: number,
    anyContent: boolean,
  ): boolean {
    this.ms = 0;
    const time = reading.deviceTime;
    if (!time) return false;
    if (time.ms > receivedMs + this.bounds.aheadMsMax || time.ms < receivedMs - this.bounds.behindMsMax) {
      this.counts.timesOutOfBounds++;
      return false;
    }
    let { ms, ns } = time;
    for (let i = 0; i < separationsMax; i++) {
      this.key(series, identityKind.time, mix(ns, ms | 0), (ms / 2 ** 32) | 0);
      const known = this.recent.find(this.high, this.low);
      if (known === -1) {
        if (i > 0) this.counts.separated++;
        this.remember(content);
        this.ms = ms;
        this.ns = ns;
        return true;
      }
      if (anyContent || known === content) {
        this.ms = -1;
        return false;
      }
      ns++;
      if (ns === 1_000_000) [ms, ns] = [ms + 1, 0];
    }
    return false;
  }

  private placeAtArrival(receivedMs: number): void {
    this.running = this.running === 999_999 ? 1 : this.running + 1;
    this.ms = receivedMs;
    this.ns = this.running;
  }

  private refuse(): false {
    this.counts.resends++;
    return false;
  }

  private remember(content: number): void {
    this.recent.add(this.high, this.low, content);
    this.added.push(this.high, this.low, content);
  }

  private forget(from: number): void {
    this.forgetBlock(this.added.splice(from));
  }

  private key(series: Series, kind: number, a: number, b: number): void {
    this.high = finish(mix(mix(mix(series.hashHigh, kind), a), b));
    this.low = finish(mix(mix(mix(series.hashLow, b), kind), a));
  }
}

function fingerprint(series: Series, reading: DecodedReading, row: Row): number {
  let hash = 0x1b873593;
  for (let column = 0; column < series.sensors.length; column++) {
    const value = row.values[column]!;
    if (!Number.isNaN(value)) hash = mixFloat(mix(hash, column), value);
  }
  if (reading.id !== undefined) hash = mix(hash, hashText(reading.id)[0]);
  if (reading.seq !== undefined) hash = mixFloat(hash, reading.seq);
  if (reading.deviceTime) hash = mix(mixFloat(hash, reading.deviceTime.ms), reading.deviceTime.ns);
  return finish(hash);
}
