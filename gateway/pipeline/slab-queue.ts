/** Main thread: gathers messages into slabs and sends these to the data thread. */
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { RawMessage } from '../ports/source.ts';
import type { SlabNote } from './slab.ts';
import { NameNumbers, SlabWriter, slabBytes } from './slab-writer.ts';

export type Settle = (error?: Error) => void;

const slabSize = 256 << 10;
/** A slab with this much does not wait for more: to wait longer would save little. */
const enoughBytes = 32 << 10;
const enoughMessages = 10;
/** The same before the first look: where messages come so fast, latency is worth more than a saved sync. */
const enoughMessagesSoon = 6;
/** The least time from one slab to the next, and between two looks whether more messages came. */
const firstLookMs = 2;
/** How many looks fit into the gathering time. */
const looksMax = 5;
/** Slabs sent at once after a fruitless wait, at most; their number doubles on each repeat. */
const hastyMax = 32;
/** Slabs under way at once: one in decoding, one in syncing, one in transit. More would only add waiting. */
const underWayMax = 3;
/** Memories that are kept and used again, 4 MB of them at most. */
const slotsMax = 16;

interface Slab {
  writer: SlabWriter;
  slot: number | null;
  isNew: boolean;
  /** The acknowledgement of each message, in order. */
  settles: Settle[];
}

/**
 * Packs messages into slabs, sends these in order, and settles the messages when theirs is durable. The first message of
 * an idle moment goes at the end of this turn of the event loop; under load a slab fills while others are under way, so
 * batches grow by themselves.
 *
 * Bounded by those who add: a client of the broker is not read from while its messages wait.
 */
export class SlabQueue {
  private readonly send: (note: SlabNote) => void;
  private readonly clock: Clock;
  private readonly gatherMs: number;
  /** Time between two looks whether more messages came. */
  private readonly lookMs: number;
  /** How many times more messages are gathered, since the configured wait is so many times the usual one. */
  private readonly patience: number;
  private readonly names = new NameNumbers();
  private readonly free: Slab[] = [];
  private slots = 0;
  private filling: Slab | null = null;
  private filled: Slab[] = [];
  private readonly underWay = new Map<number, Slab>();
  private nextId = 1;
  private isScheduled = false;
  /** The next look; it is brought forward once there is enough. */
  private nextLook: { timer: Timer; look: () => void; waits: number } | null = null;
  private hasty = 0;
  private hastyNext = 1;
  private flushedMs = Number.NEGATIVE_INFINITY;

  constructor(send: (note: SlabNote) => void, clock: Clock, gatherMs: number) {
    this.send = send;
    this.clock = clock;
    this.gatherMs = gatherMs;
    this.lookMs = Math.max(firstLookMs, gatherMs / looksMax);
    this.patience = Math.max(1, gatherMs / 10);
  }

  /** Messages that are not settled. */
  get pending(): number {
    return this.all().reduce((sum, { settles }) => sum + settles.length, 0);
  }

  add(message: RawMessage, settled: Settle): void {
    if (this.filling && !this.filling.writer.add(message)) {
      this.filled.push(this.filling);
      this.filling = null;
      this.flush();
    }
    if (!this.filling) {
      this.filling = this.empty(slabBytes(message));
      this.filling.writer.add(message);
    }
    this.filling.settles.push(settled);
    if (this.nextLook && this.isEnough(this.nextLook.waits)) this.lookSoon(this.nextLook);
    else this.scheduleFlush();
  }

  settle(id: number, error: Error | undefined): void {
    const slab = this.underWay.get(id);
    if (!slab) return;
    const { settles } = slab;
    this.underWay.delete(id);
    slab.settles = [];
    slab.writer.clear();
    if (slab.slot !== null) this.free.push(slab);
    if (this.filled.length > 0 || (this.filling?.writer.bytes ?? 0) >= enoughBytes) this.flush();
    else this.scheduleFlush();
    for (const settled of settles) settled(error);
  }

  /** Settles every message: the data thread will not answer any more. */
  fail(error: Error): void {
    const settles = this.all().flatMap((slab) => slab.settles);
    this.underWay.clear();
    this.filled = [];
    this.filling = null;
    for (const settled of settles) settled(error);
  }

  private all(): Slab[] {
    return [...this.underWay.values(), ...this.filled, ...(this.filling ? [this.filling] : [])];
  }

  /** Takes the memory that was used last, so that few messages touch few pages. */
  private empty(bytes: number): Slab {
    const known = bytes <= slabSize ? this.free.pop() : undefined;
    if (known) return known;
    const isKept = bytes <= slabSize && this.slots < slotsMax;
    // The garbage collector does not count shared memory and would free it late, so memory for one use is not shared.
    const memory = isKept ? new SharedArrayBuffer(slabSize) : new ArrayBuffer(Math.max(bytes, slabSize));
    const writer = new SlabWriter(memory, this.names);
    return { writer, slot: isKept ? this.slots++ : null, isNew: true, settles: [] };
  }

  /** The first look counts as having seen one message, which alone is not "more". */
  private scheduleFlush(): void {
    const slab = this.filling;
    if (!slab || this.isScheduled || this.underWay.size >= underWayMax) return;
    this.isScheduled = true;
    const waitMs = this.flushedMs + Math.min(firstLookMs, this.gatherMs) - this.clock.monotonicMs();
    if (waitMs <= 0 || this.isEnough(0)) setImmediate(() => this.look(slab, 1, 0));
    else this.lookAfter(waitMs, slab, 1, 0);
  }

  private lookAfter(waitMs: number, slab: Slab, seen: number, waits: number): void {
    const look = () => {
      this.nextLook = null;
      this.look(slab, seen, waits);
    };
    this.nextLook = { timer: this.clock.setTimer(waitMs, look), look, waits };
  }

  /** Looks at the end of this turn, so that messages that it still brings go along. */
  private lookSoon({ timer, look }: { timer: Timer; look: () => void }): void {
    timer.cancel();
    this.nextLook = null;
    setImmediate(look);
  }

  private isEnough(waits: number): boolean {
    if (!this.filling) return false;
    const messages = (waits === 0 ? enoughMessagesSoon : enoughMessages) * this.patience;
    return this.filling.settles.length >= messages || this.filling.writer.bytes >= enoughBytes;
  }

  /**
   * Sends the slab, unless more came since the last look, so that more may: sensors share a sync then, and a card wears
   * by its syncs, and each costs CPU in three threads. Nothing is waited for after a quiet moment, nor where senders wait
   * for their answers before they go on. A slab that filled up meanwhile is gone; its look then serves the next one.
   */
  private look(slab: Slab, seen: number, waits: number): void {
    const count = slab.settles.length;
    const isGone = slab !== this.filling;
    const isMore = count > seen;
    if (waits === 1 && !isGone) this.learn(isMore);
    if (!isGone && isMore && this.mayWait(waits)) {
      this.lookAfter(this.lookMs, slab, count, waits + 1);
    } else {
      this.isScheduled = false;
      if (isGone) this.scheduleFlush();
      else this.flush();
    }
  }

  private learn(wasWorthIt: boolean): void {
    this.hasty = wasWorthIt ? 0 : this.hastyNext;
    this.hastyNext = wasWorthIt ? 1 : Math.min(2 * this.hastyNext, hastyMax);
  }

  private mayWait(waits: number): boolean {
    if (this.isEnough(waits)) return false;
    if (this.clock.monotonicMs() + this.lookMs > this.flushedMs + this.gatherMs) return false;
    if (this.hasty === 0) return true;
    this.hasty -= 1;
    return false;
  }

  /** Sends the oldest slab if one may go. */
  private flush(): void {
    if (this.underWay.size >= underWayMax) return;
    const slab = this.filled.shift() ?? this.filling;
    if (!slab) return;
    if (slab === this.filling) this.filling = null;
    this.flushedMs = this.clock.monotonicMs();
    const id = this.nextId++;
    this.underWay.set(id, slab);
    const { writer, slot, isNew } = slab;
    slab.isNew = false;
    this.send({ id, bytes: writer.bytes, slot, memory: isNew ? writer.memory : null });
  }
}
