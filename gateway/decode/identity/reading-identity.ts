/**
 * Identity (gateway/decode/identity): gives each reading the identity and the time under which it is stored, and so
 * recognises resends. What an identity depends on is stored with the block, so that a restart knows it again;
 * gateway/docs/0003-identity-and-time.md has the rules. Nothing here knows formats or the journal.
 */
import type { Random } from '../../../shared/runtime/random.ts';
import type { Moment } from '../device-time.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { ReadingClaim, ReadingOrigin, Row } from '../row.ts';
import { fingerprint, sensorsOf } from './content.ts';
import type { CountedMachines } from './counts-by-machine.ts';
import { Identities, LetterConnections } from './identities.ts';
import { IdentityKey } from './identity-key.ts';
import { OccupiedTimes, searchedMax, separationsMax } from './occupied-times.ts';
import type { RecentReadings } from './recent-readings.ts';
import { ShortCounters } from './short-counters.ts';
import type { ReadingIdentityCounts } from './statistics.ts';
import { StillClocks } from './still-clocks.ts';
import { isAcceptedTime, isFromUnsetClock, type TimeBounds } from './time-bounds.ts';

/** Contents of a timestamp assigned at arrival, and of an `id` that names the sender: they match no reading. */
const [atArrival, ofSender] = [0, 0];
/** A repetition is another reading that is equal to an earlier one. */
type Comparison = 'new' | 'repetition' | 'resend';

/**
 * Assigns each reading its identity, a time that no other reading of its machine has, and recognises resends: by `id`, running number
 * or device time with the same content; with DUP also by running number, device time and sensors, regardless of values. On one unbroken
 * connection an equal reading without DUP is not a resend but a repetition: another reading with the same values. A distinct reading
 * whose timestamp is occupied is moved on by 1 ns. One without device time, or of a device whose clock stands still, gets the
 * gateway's ms with a running ns part that is not occupied.
 */
export class ReadingIdentity {
  ms = 0;
  ns = 0;
  readonly counts: ReadingIdentityCounts = { resends: 0, separated: 0, timesOutOfBounds: 0 };
  private readonly recent: RecentReadings;
  private readonly bounds: TimeBounds;
  private readonly counted: CountedMachines;
  private readonly still = new StillClocks();
  private readonly added = new Identities();
  private readonly occupied = new OccupiedTimes();
  private readonly counters: ShortCounters;
  private running = 0;
  private readonly key = new IdentityKey();
  /** Connection of the reading in hand, and whether its sender marks it as a resend. */
  private connection = 0;
  private isMarked = false;
  /** Present if the reading in hand is of a dead letter. */
  private letters: LetterConnections | null = null;
  private readonly ofLetters: LetterConnections;

  constructor(recent: RecentReadings, bounds: TimeBounds, counted: CountedMachines, random?: Random) {
    this.recent = recent;
    this.ofLetters = new LetterConnections(recent, this.added);
    this.bounds = bounds;
    this.counted = counted;
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
    { receivedMs, resend, connection, letter }: ReadingOrigin,
  ): boolean {
    this.connection = connection;
    this.isMarked = resend;
    this.letters = null;
    const content = fingerprint(schema, reading, row);
    const first = this.added.length;
    if (letter !== undefined && this.isOfSentLetter(schema, letter, content)) return false;
    const deviceTime = isFromUnsetClock(reading.deviceTime) ? undefined : reading.deviceTime;
    if (deviceTime !== reading.deviceTime) this.counts.timesOutOfBounds++;
    const identified = this.identify(schema, reading, deviceTime, row, content, resend);
    if (identified === 'resend') return this.refuse(schema);
    if (!deviceTime) return this.assignAtArrival(schema, receivedMs);
    const isOnlyByTime = identified === 'only by time';
    const compared = isOnlyByTime ? this.compareByTime(schema, deviceTime, content) : identified;
    if (compared === 'resend') return this.refuse(schema);
    if (!isAcceptedTime(deviceTime.ms, receivedMs, this.bounds)) {
      this.counts.timesOutOfBounds++;
      if (isOnlyByTime && this.wasAccepted(schema, deviceTime, content)) return this.refuse(schema);
      if (isOnlyByTime) {
        this.key.ofTime(schema, deviceTime, content);
        this.remember(content);
      }
      return this.assignAtArrival(schema, receivedMs);
    }
    const isRepetition = compared === 'repetition';
    // One that is new by its id or running number is at none of the timestamps that others occupy.
    const from = isOnlyByTime || isRepetition ? 0 : this.occupied.latest(schema.index, deviceTime);
    const found = this.findTimestamp(schema, deviceTime, content, isRepetition, from);
    if (found === 'same') {
      this.forget(this.added.takeFrom(first));
      return this.refuse(schema);
    }
    const isMoved = this.ns !== deviceTime.ns || this.ms !== deviceTime.ms;
    const isStill = isMoved && this.still.isStill(schema, row, deviceTime, content, receivedMs);
    if (isStill) this.counted.still.note(schema);
    const isFull = isStill || found === 'full';
    // The readings that it was moved past may not be stored and be forgotten; its timestamp alone would then not
    // identify it. Far from its own time, it would not be found by its timestamp.
    if (found === 'far' || (isOnlyByTime && (isFull || this.ns !== deviceTime.ns))) {
      this.key.ofTime(schema, deviceTime, content);
      this.remember(content);
    }
    return !isFull || this.assignAtArrival(schema, receivedMs);
  }

  /** True if the letter was sent again before, and a crash kept it from being dropped. */
  private isOfSentLetter(schema: MachineSchema, letter: string, content: number): boolean {
    this.key.ofLetter(schema, letter);
    const isKnown = this.known() !== -1;
    if (isKnown) this.counts.resends++;
    else this.remember(content);
    if (this.connection !== 0) this.letters = this.ofLetters;
    return isKnown;
  }

  /** Identifies a reading by id or running number, and remembers these; `only by time` if it has neither of its own. */
  private identify(
    schema: MachineSchema,
    { id, seq }: ReadingClaim,
    deviceTime: Moment | undefined,
    row: Row,
    content: number,
    resend: boolean,
  ): Comparison | 'only by time' {
    const named = id !== undefined && this.identifyById(schema, id, content);
    if (named) return named;
    // Neighbours of such large numbers are one number here, so that they prove nothing.
    if (seq === undefined || !(Math.abs(seq) <= Number.MAX_SAFE_INTEGER)) return 'only by time';
    if (deviceTime === undefined) {
      const isNew = !resend && this.counters.isAhead(schema.index, sensorsOf(schema, row), seq);
      this.key.ofSeq(schema, seq, content);
      if (!isNew && this.known() !== -1 && !this.isRepetition()) return 'resend';
      this.remember(content);
      return 'new';
    }
    this.key.ofClaim(schema, seq, deviceTime, sensorsOf(schema, row));
    const known = this.known();
    const isRepetition = known === content && this.isRepetition();
    // With DUP it is a resend even if its values were measured again.
    if (!isRepetition && (known === content || (known !== -1 && resend))) return 'resend';
    if (isRepetition) {
      this.remember(content);
      return 'repetition';
    }
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
    this.key.ofId(schema, id);
    const known = this.known();
    if (known === content && !this.isRepetition()) return 'resend';
    this.remember(known === -1 ? content : ofSender);
    return known === -1 ? 'new' : null;
  }

  /**
   * True if the reading whose key was just found came on this connection, and this one is not marked as a resend. If not,
   * and they are equal, this one is a resend; a later equal one on this connection is then compared with this one.
   */
  private isRepetition(): boolean {
    const { recent, connection } = this;
    const isSame = connection !== 0 && recent.foundConnection === connection;
    recent.foundConnection = connection;
    return !this.isMarked && (isSame || this.letters?.have(this.key, connection) === true);
  }

  /** Compares with an equal reading whose timestamp is not its time, which was rejected or occupied. */
  private compareByTime(schema: MachineSchema, time: Moment, content: number): Comparison {
    this.key.ofTime(schema, time, content);
    if (this.known() === -1) return 'new';
    return this.isRepetition() ? 'repetition' : 'resend';
  }

  /**
   * True if the same reading was seen before, when its time was accepted: the bounds depend on a clock that may have
   * been set since.
   */
  private wasAccepted(schema: MachineSchema, { ms, ns }: Moment, content: number): boolean {
    for (let i = 0; i < searchedMax; i++) {
      this.key.ofTimestamp(schema, ms + Math.floor((ns + i) / 1_000_000), (ns + i) % 1_000_000);
      const known = this.known();
      if (known === -1) return false;
      if (known !== content) continue;
      if (!this.isRepetition()) return true;
      this.recent.occupyFound();
      return false;
    }
    return false; // farther ones are known by their time
  }

  /**
   * Finds a free ns from a device's time on, unless a reading of the same content was stored there and this one does not
   * repeat it: the first free one, or `far` from the time one that is found without looking at all that are
   * occupied. Of equal readings the latest alone can be resent, so the entries before it only occupy their time.
   * @param from so many timestamps are occupied, by others
   */
  private findTimestamp(
    schema: MachineSchema,
    time: Moment,
    content: number,
    isKnownAsRepetition: boolean,
    from: number,
  ): 'free' | 'far' | 'same' | 'full' {
    let isRepetition = isKnownAsRepetition;
    for (let i = from; i < separationsMax; i++) {
      if (i === searchedMax) {
        if (!isRepetition) {
          const compared = this.compareByTime(schema, time, content);
          if (compared === 'resend') return 'same';
          isRepetition = compared === 'repetition';
        }
        i = Math.max(i, this.occupied.count(schema.index, time));
        if (i >= separationsMax) break;
      }
      const ns = time.ns + i;
      this.ms = ns < 1_000_000 ? time.ms : time.ms + Math.floor(ns / 1_000_000);
      this.ns = ns % 1_000_000;
      this.key.ofTimestamp(schema, this.ms, this.ns);
      const known = this.known();
      if (known === content) {
        isRepetition ||= this.isRepetition();
        if (!isRepetition) return 'same';
        this.recent.occupyFound();
      }
      if (known !== -1) continue;
      this.remember(content);
      if (i > 0) this.counts.separated++;
      this.occupied.note(schema.index, time, i + 1);
      return i < searchedMax ? 'free' : 'far';
    }
    this.occupied.note(schema.index, time, separationsMax);
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
      this.key.ofTimestamp(schema, this.ms, this.ns);
      if (this.known() === -1) break;
    }
    this.remember(atArrival);
    return true;
  }

  private forget(added: Uint32Array): void {
    for (let i = 0; i < added.length; i += 3) this.recent.remove(added[i]!, added[i + 1]!);
  }

  private refuse(schema: MachineSchema): false {
    this.counts.resends++;
    if (!this.isMarked) this.counted.assumed.note(schema);
    return false;
  }

  /** The content that is known of the key, or -1. */
  private known(): number {
    return this.recent.find(this.key.high, this.key.low);
  }

  private remember(content: number): void {
    const { high, low } = this.key;
    this.recent.add(high, low, content, this.connection);
    this.added.add(high, low, content);
    this.letters?.remember(this.key, this.connection, content);
  }
}
