/**
 * Identity (gateway/decode/identity): gives each reading the identity and the time under which it is stored, and so
 * recognises resends. What an identity depends on is stored with the block, so that a restart knows it again;
 * gateway/docs/0003-identity-and-time.md has the rules. Nothing here knows formats or the journal.
 */
import type { Random } from '../../../shared/runtime/random.ts';
import type { Moment } from '../device-time.ts';
import { finish, hashText, mix, mixFloat } from '../hash.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { ReadingClaim, Row } from '../row.ts';
import { fingerprint, sensorsOf } from './content.ts';
import { Identities } from './identities.ts';
import { OccupiedTimes } from './occupied-times.ts';
import type { RecentReadings } from './recent-readings.ts';
import { ShortCounters } from './short-counters.ts';
import type { ReadingIdentityCounts } from './statistics.ts';
import { isAcceptedTime, isFromUnsetClock, type TimeBounds } from './time-bounds.ts';

/**
 * The kinds of keys. `timestamp` is the timestamp of a reading; `time` is a device's time that the occupied timestamp
 * does not show; `claim` is the running number, time and sensors of a reading, regardless of values.
 */
const keyKind = { id: 1, seq: 2, timestamp: 3, time: 4, claim: 5 } as const;
/** Content of a timestamp that was assigned at arrival, which matches no reading with a device time. */
const atArrival = 0;
/** Content of an `id` that names the sender rather than a reading. */
const ofSender = 0;
/** Limit of distinct readings of one machine with one device timestamp; beyond it, the gateway's clock is used. */
const separationsMax = 1_000;
/** Number of timestamps that are looked at one by one; of more, it is noted how many are occupied. */
const searchedMax = 16;

/**
 * Assigns each reading its identity, a time that no other reading of its machine has, and recognises resends.
 *
 * A resend is a reading whose `id`, running number, or device time was recently seen with the same content; or, if the
 * sender marks it as a resend (DUP), with the same running number, device time and sensors, regardless of values. DUP
 * with less than that proves nothing: a device whose counter has restarted may have lost the connection before its
 * first attempt arrived. A distinct reading whose timestamp is occupied is moved on by 1 ns. A reading without device
 * time gets the gateway's ms with a running ns part that is not occupied.
 */
export class ReadingIdentity {
  ms = 0;
  ns = 0;
  readonly counts: ReadingIdentityCounts = {
    resends: 0,
    separated: 0,
    timesOutOfBounds: 0,
  };
  private readonly recent: RecentReadings;
  private readonly bounds: TimeBounds;
  private readonly added = new Identities();
  private readonly occupied = new OccupiedTimes();
  private readonly counters: ShortCounters;
  private running = 0;
  private high = 0;
  private low = 0;

  constructor(recent: RecentReadings, bounds: TimeBounds, random?: Random) {
    this.recent = recent;
    this.bounds = bounds;
    this.counters = new ShortCounters(random);
  }

  /** Returns the identities added since the last call, which are stored with the block. */
  takeAdded(): Uint32Array {
    return this.added.takeFrom(0);
  }

  /** Forgets the identities of a block that could not be stored, so that resends of its readings are accepted. */
  forgetBlock(added: Uint32Array): void {
    this.forget(added);
    this.occupied.clear();
  }

  /** Sets `ms` and `ns`; returns false if the reading is a resend and must not be stored again. */
  assign(
    schema: MachineSchema,
    reading: ReadingClaim,
    row: Row,
    receivedMs: number,
    resend: boolean,
  ): boolean {
    const content = fingerprint(schema, reading, row);
    const first = this.added.length;
    const deviceTime = isFromUnsetClock(reading.deviceTime) ? undefined : reading.deviceTime;
    if (deviceTime !== reading.deviceTime) this.counts.timesOutOfBounds++;
    const identified = this.identify(schema, reading, deviceTime, row, content, resend);
    if (identified === 'resend') return this.refuse();
    if (!deviceTime) return this.assignAtArrival(schema, receivedMs);
    const isOnlyByTime = identified === 'only by time';
    if (isOnlyByTime && this.isKnownByTime(schema, deviceTime, content)) return this.refuse();
    if (!isAcceptedTime(deviceTime.ms, receivedMs, this.bounds)) {
      this.counts.timesOutOfBounds++;
      if (isOnlyByTime && this.wasAccepted(schema, deviceTime, content)) return this.refuse();
      if (isOnlyByTime) {
        this.timeKey(schema, deviceTime, content);
        this.remember(content);
      }
      return this.assignAtArrival(schema, receivedMs);
    }
    const found = this.findTimestamp(schema, deviceTime, content);
    if (found === 'same') {
      this.forget(this.added.takeFrom(first));
      return this.refuse();
    }
    const isFull = found === 'full';
    // The readings that it was moved past may not be stored and be forgotten; its timestamp alone would then not
    // identify it. Far from its own time, it would not be found by its timestamp.
    if (found === 'far' || (isOnlyByTime && (isFull || this.ns !== deviceTime.ns))) {
      this.timeKey(schema, deviceTime, content);
      this.remember(content);
    }
    return !isFull || this.assignAtArrival(schema, receivedMs);
  }

  /** Identifies a reading by id or running number, and remembers these; `only by time` if it has neither of its own. */
  private identify(
    schema: MachineSchema,
    { id, seq }: ReadingClaim,
    deviceTime: Moment | undefined,
    row: Row,
    content: number,
    resend: boolean,
  ): 'new' | 'resend' | 'only by time' {
    const named = id !== undefined && this.identifyById(schema, id, content);
    if (named) return named;
    if (seq === undefined) return 'only by time';
    if (deviceTime === undefined) {
      // The content is part of the key, because each sender of a machine may count separately.
      const isNew = !resend && this.counters.isAhead(schema.index, sensorsOf(schema, row), seq);
      this.key(schema, keyKind.seq, mix((seq / 2 ** 32) | 0, seq | 0), content);
      if (!isNew && this.recent.find(this.high, this.low) !== -1) return 'resend';
      this.remember(content);
      return 'new';
    }
    const { ms, ns } = deviceTime;
    this.key(schema, keyKind.claim, sensorsOf(schema, row), mix(mixFloat(seq | 0, ms), ns));
    const known = this.recent.find(this.high, this.low);
    // With DUP it is a resend even if its values were measured again.
    if (known === content || (known !== -1 && resend)) return 'resend';
    // Another reading has the same claim, so only time and content can identify this one.
    if (known !== -1) return 'only by time';
    this.remember(content);
    return 'new';
  }

  /**
   * Many devices send their own name as `id` in every reading. An id that recurs with other content identifies no
   * reading: otherwise all but the first would be mistaken for resends, acknowledged and lost.
   */
  private identifyById(schema: MachineSchema, id: string, content: number): 'new' | 'resend' | null {
    const [high, low] = hashText(id);
    this.key(schema, keyKind.id, high, low);
    const known = this.recent.find(this.high, this.low);
    if (known === content) return 'resend';
    this.remember(known === -1 ? content : ofSender);
    return known === -1 ? 'new' : null;
  }

  /** True if the same reading was seen before, when its time was rejected. */
  private isKnownByTime(schema: MachineSchema, time: Moment, content: number): boolean {
    this.timeKey(schema, time, content);
    return this.recent.find(this.high, this.low) !== -1;
  }

  /**
   * True if the same reading was seen before, when its time was accepted: the bounds depend on a clock that may have
   * been set since.
   */
  private wasAccepted(schema: MachineSchema, { ms, ns }: Moment, content: number): boolean {
    for (let i = 0; i < searchedMax; i++) {
      this.timestampKey(schema, ms + Math.floor((ns + i) / 1_000_000), (ns + i) % 1_000_000);
      const known = this.recent.find(this.high, this.low);
      if (known === -1 || known === content) return known === content;
    }
    return false; // farther ones are known by their time
  }

  private timeKey(schema: MachineSchema, { ms, ns }: Moment, content: number): void {
    this.key(schema, keyKind.time, mix(mix(ns, ms | 0), (ms / 2 ** 32) | 0), content);
  }

  private timestampKey(schema: MachineSchema, ms: number, ns: number): void {
    this.key(schema, keyKind.timestamp, mix(ns, ms | 0), (ms / 2 ** 32) | 0);
  }

  /**
   * Finds a free ns from a device's time on, unless a reading of the same content was stored there: the first free one,
   * or `far` from the time one that is found without looking at all that are occupied.
   */
  private findTimestamp(
    schema: MachineSchema,
    time: Moment,
    content: number,
  ): 'free' | 'far' | 'same' | 'full' {
    for (let i = 0; i < separationsMax; i++) {
      if (i === searchedMax) {
        if (this.isKnownByTime(schema, time, content)) return 'same';
        i = Math.max(i, this.occupied.count(schema.index, time.ms, time.ns));
        if (i >= separationsMax) break;
      }
      const ns = time.ns + i;
      this.ms = ns < 1_000_000 ? time.ms : time.ms + Math.floor(ns / 1_000_000);
      this.ns = ns % 1_000_000;
      this.timestampKey(schema, this.ms, this.ns);
      const known = this.recent.find(this.high, this.low);
      if (known === content) return 'same';
      if (known !== -1) continue;
      this.remember(content);
      if (i > 0) this.counts.separated++;
      if (i < searchedMax) return 'free';
      this.occupied.note(schema.index, time.ms, time.ns, i + 1);
      return 'far';
    }
    this.occupied.note(schema.index, time.ms, time.ns, separationsMax);
    return 'full';
  }

  /**
   * Uses the time of arrival. The timestamp is remembered too, because a device's own time, or this clock set back, may
   * lead to it again.
   */
  private assignAtArrival(schema: MachineSchema, receivedMs: number): true {
    for (let i = 0; i < separationsMax; i++) {
      this.running = this.running === 999_999 ? 1 : this.running + 1;
      this.ms = receivedMs;
      this.ns = this.running;
      this.timestampKey(schema, this.ms, this.ns);
      if (this.recent.find(this.high, this.low) === -1) break;
    }
    this.remember(atArrival);
    return true;
  }

  private forget(added: Uint32Array): void {
    for (let i = 0; i < added.length; i += 3) this.recent.remove(added[i]!, added[i + 1]!);
  }

  private refuse(): false {
    this.counts.resends++;
    return false;
  }

  private remember(content: number): void {
    this.recent.add(this.high, this.low, content);
    this.added.add(this.high, this.low, content);
  }

  private key(schema: MachineSchema, kind: number, a: number, b: number): void {
    this.high = finish(mix(mix(mix(schema.hashHigh, kind), a), b));
    this.low = finish(mix(mix(mix(schema.hashLow, b), kind), a));
  }
}
