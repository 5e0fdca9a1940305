/** Main thread: gathers messages into slabs and sends these to the data thread. */
import { type Clock, onNextTurn, type Timer } from '../../../shared/runtime/clock.ts';
import { type Gathering, type GatheringCounts, ruledSetpoint } from '../../ports/gathering/gathering.ts';
import type { RawMessage, Settle } from '../../ports/source.ts';
import type { SlabNote } from './slab.ts';
import { NameNumbers, SlabWriter, slabBytes } from './slab-writer.ts';

const slabSize = 256 << 10;
/** A slab with this many bytes, or `setpoint.enoughMessages`, does not wait for more, because that would save little. */
const enoughBytes = 32 << 10;
/** Least time between two slabs, and between two checks for more messages. */
const firstCheckMs = 2;
/** Number of checks within the gathering time. */
const checksMax = 5;
/** Limit of slabs in flight: one in decoding, one in syncing, one in transit. More would only add latency. */
const inFlightMax = 3;
/** Limit of reused memories, 4 MB in total. */
const slotsMax = 16;

interface Slab {
  writer: SlabWriter;
  slot: number | null;
  isNew: boolean;
  answers: Answers;
  /** When it was sent to the data thread, monotonic. */
  sentMs: number;
}

/** The answers that are due for the messages of a slab, in order. */
interface Answers {
  settles: Settle[];
  tickets: number[];
}

const noAnswers = (): Answers => ({ settles: [], tickets: [] });

/**
 * Packs messages into slabs, sends these in order, and settles the messages when their slab is durable. The first
 * message after a quiet time is sent at the end of this turn of the event loop; under load a slab fills while others
 * are in flight, so batches grow with the load.
 *
 * Bounded by its callers: the broker does not read from a client while that client's messages wait.
 */
export class SlabQueue implements Gathering {
  /** How many messages are enough, and how often waiting is tried. A decision replaces it. */
  setpoint: Gathering['setpoint'];
  waited: Gathering['waited'] = null;
  readonly patience: number;
  private readonly waits = { batches: 0, waits: 0, fruitful: 0 };
  private readonly send: (note: SlabNote) => void;
  private readonly clock: Clock;
  private readonly gatherMs: number;
  /** Time between two checks for more messages. */
  private readonly checkMs: number;
  private readonly names = new NameNumbers();
  private readonly free: Slab[] = [];
  private slots = 0;
  private filling: Slab | null = null;
  private filled: Slab[] = [];
  private readonly inFlight = new Map<number, Slab>();
  /** Number of messages settled so far. */
  settled = 0;
  private nextId = 1;
  private isScheduled = false;
  /** The next check; it is brought forward once there are enough messages. */
  private nextCheck: { timer: Timer; check: () => void; waits: number } | null = null;
  private skipWaits = 0;
  private flushedMs = Number.NEGATIVE_INFINITY;

  constructor(send: (note: SlabNote) => void, clock: Clock, gatherMs: number) {
    this.send = send;
    this.clock = clock;
    this.gatherMs = gatherMs;
    this.checkMs = Math.max(firstCheckMs, gatherMs / checksMax);
    this.patience = Math.max(1, gatherMs / 10);
    this.setpoint = ruledSetpoint(this.patience);
  }

  /** Number of messages that are not settled. */
  get pending(): number {
    return this.all().reduce((sum, { answers }) => sum + answers.settles.length, 0);
  }

  /** For how long the oldest slab has been waiting for its answer, ms; 0 if none does. */
  get waitingMs(): number {
    const [oldest] = this.inFlight.values();
    return oldest === undefined ? 0 : this.clock.monotonicMs() - oldest.sentMs;
  }

  counts(): GatheringCounts {
    return { messages: this.settled, ...this.waits };
  }

  add(message: RawMessage, settled: Settle, ticket: number): void {
    if (this.filling && !this.filling.writer.add(message)) {
      this.filled.push(this.filling);
      this.filling = null;
      this.flush();
    }
    if (!this.filling) {
      this.filling = this.empty(slabBytes(message));
      this.filling.writer.add(message);
    }
    const { settles, tickets } = this.filling.answers;
    settles.push(settled);
    tickets.push(ticket);
    if (this.nextCheck && this.isEnough(this.nextCheck.waits)) this.checkSoon(this.nextCheck);
    else this.scheduleFlush();
  }

  /**
   * Settles the messages of a slab. An error is that of all of them, or only of those at `places` in it. Those at
   * `retainedNotReadings` were not all stored as readings.
   */
  settle(
    id: number,
    error: Error | undefined,
    places?: readonly number[],
    retainedNotReadings?: readonly number[],
  ): void {
    const slab = this.inFlight.get(id);
    if (!slab) return;
    const { settles, tickets } = slab.answers;
    this.inFlight.delete(id);
    this.settled += settles.length;
    slab.answers = noAnswers();
    slab.writer.clear();
    if (slab.slot !== null) this.free.push(slab);
    if (this.filled.length > 0 || (this.filling?.writer.bytes ?? 0) >= enoughBytes) this.flush();
    else this.scheduleFlush();
    const failed = places && new Set(places);
    const others = retainedNotReadings && new Set(retainedNotReadings);
    // This runs for every message, so it allocates nothing.
    for (let place = 0; place < settles.length; place++) {
      const own = failed === undefined || failed.has(place) ? error : undefined;
      settles[place]!(own, tickets[place]!, !others?.has(place));
    }
  }

  /** Settles every message with an error, because the data thread will not answer any more. */
  fail(error: Error): void {
    const answers = this.all().map((slab) => slab.answers);
    this.inFlight.clear();
    this.filled = [];
    this.filling = null;
    for (const { settles, tickets } of answers)
      for (const [place, settled] of settles.entries()) settled(error, tickets[place]!);
  }

  private all(): Slab[] {
    return [...this.inFlight.values(), ...this.filled, ...(this.filling ? [this.filling] : [])];
  }

  /** Reuses the most recently used memory, so that few messages touch few pages. */
  private empty(bytes: number): Slab {
    const known = bytes <= slabSize ? this.free.pop() : undefined;
    if (known) return known;
    const isKept = bytes <= slabSize && this.slots < slotsMax;
    // The garbage collector does not account for shared memory and would free it late, so memory for one use is not
    // shared.
    const memory = isKept ? new SharedArrayBuffer(slabSize) : new ArrayBuffer(Math.max(bytes, slabSize));
    const writer = new SlabWriter(memory, this.names);
    return { writer, slot: isKept ? this.slots++ : null, isNew: true, answers: noAnswers(), sentMs: 0 };
  }

  /** The first check starts with a count of one message, which alone does not mean "more". */
  private scheduleFlush(): void {
    const slab = this.filling;
    if (!slab || this.isScheduled || this.inFlight.size >= inFlightMax) return;
    this.isScheduled = true;
    const waitMs = this.flushedMs + Math.min(firstCheckMs, this.gatherMs) - this.clock.monotonicMs();
    if (waitMs <= 0 || this.isEnough(0)) onNextTurn(() => this.check(slab, 1, 0));
    else this.checkAfter(waitMs, slab, 1, 0);
  }

  private checkAfter(waitMs: number, slab: Slab, seen: number, waits: number): void {
    const check = () => {
      this.nextCheck = null;
      this.check(slab, seen, waits);
    };
    this.nextCheck = { timer: this.clock.setTimer(waitMs, check), check, waits };
  }

  /** Checks at the end of this turn, so that further messages of the turn are included. */
  private checkSoon({ timer, check }: { timer: Timer; check: () => void }): void {
    timer.cancel();
    this.nextCheck = null;
    onNextTurn(check);
  }

  private isEnough(waits: number): boolean {
    if (!this.filling) return false;
    const { enoughSoon, enoughMessages } = this.setpoint;
    const messages = waits === 0 ? enoughSoon : enoughMessages;
    return this.filling.answers.settles.length >= messages || this.filling.writer.bytes >= enoughBytes;
  }

  /**
   * Sends the slab, unless messages arrived since the last check and more are likely. Waiting lets sensors share a
   * sync, which wears an SD card and costs CPU in three threads. There is no wait after a quiet time, nor while senders
   * wait for each answer before they continue. A slab that filled up meanwhile has been sent already; the check then
   * serves the next one.
   */
  private check(slab: Slab, seen: number, waits: number): void {
    const count = slab.answers.settles.length;
    const isSent = slab !== this.filling;
    const isMore = count > seen;
    if (waits === 1 && !isSent) this.noteWait(isMore);
    if (!isSent && isMore && this.mayWait(waits)) {
      this.checkAfter(this.checkMs, slab, count, waits + 1);
    } else {
      this.isScheduled = false;
      if (isSent) this.scheduleFlush();
      else this.flush();
    }
  }

  private noteWait(wasWorthIt: boolean): void {
    this.waits.waits += 1;
    if (wasWorthIt) this.waits.fruitful += 1;
    this.skipWaits = wasWorthIt ? 0 : this.setpoint.skipWaits;
    this.waited?.();
  }

  private mayWait(waits: number): boolean {
    if (this.isEnough(waits)) return false;
    if (this.clock.monotonicMs() + this.checkMs > this.flushedMs + this.gatherMs) return false;
    if (this.skipWaits === 0) return true;
    this.skipWaits -= 1;
    return false;
  }

  /** Sends the oldest slab if the limit of slabs in flight allows. */
  private flush(): void {
    if (this.inFlight.size >= inFlightMax) return;
    const slab = this.filled.shift() ?? this.filling;
    if (!slab) return;
    if (slab === this.filling) this.filling = null;
    this.flushedMs = this.clock.monotonicMs();
    this.waits.batches += 1;
    const id = this.nextId++;
    this.inFlight.set(id, slab);
    const { writer, slot, isNew } = slab;
    slab.isNew = false;
    slab.sentMs = this.flushedMs;
    this.send({ id, bytes: writer.bytes, slot, memory: isNew ? writer.memory : null });
  }
}
