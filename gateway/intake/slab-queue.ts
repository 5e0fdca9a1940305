import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { RawMessage } from '../ports/source.ts';
import { NameNumbers, type NameTexts, type SlabMemory, SlabReader, SlabWriter, slabBytes } from './slab.ts';

export type Settle = (error?: Error) => void;

const slabSize = 256 << 10;
/** A slab with so much does not wait for more: to wait longer would save little. */
const enoughBytes = 32 << 10;
const enoughMessages = 10;
/** The same before the first look: where messages come so fast, latency is worth more than what a sync costs. */
const enoughMessagesSoon = 6;
/** From one slab to the next, and the least between two looks whether more came. */
const firstLookMs = 2;
/** How many looks there is time for. */
const looksMax = 5;
/** Slabs that do not wait for more after waiting was in vain; twice as many each time that it was so again. */
const hastyMax = 32;
/** Slabs under way at once: one being decoded, one being synced, one on its way. More would only add waiting. */
const underWayMax = 3;
/** Memory that is kept and used again, 4 MB of it at most. */
const slotsMax = 16;

/** What the data thread is told of a slab. */
export interface SlabNote {
  id: number;
  bytes: number;
  /** Which of the memories that both threads keep; null for one that is used once. */
  slot: number | null;
  /** With a slot's first use, and for memory that is used once. */
  memory: SlabMemory | null;
}

interface Slab {
  writer: SlabWriter;
  slot: number | null;
  isNew: boolean;
  /** Of its messages, in order. */
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
  /** Between two looks whether more came. */
  private readonly lookMs: number;
  /** How much longer than usual it may wait, it may gather more for. */
  private readonly patience: number;
  private readonly names = new NameNumbers();
  private readonly free: Slab[] = [];
  private slots = 0;
  private filling: Slab | null = null;
  private filled: Slab[] = [];
  private readonly underWay = new Map<number, Slab>();
  private nextId = 1;
  private isScheduled = false;
  /** It need not be waited for once there is enough. */
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

  /** Settles everything: nothing will be heard of it any more. */
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

  /** The one that was used last: what few messages need stays few pages of memory. */
  private empty(bytes: number): Slab {
    const known = bytes <= slabSize ? this.free.pop() : undefined;
    if (known) return known;
    const isKept = bytes <= slabSize && this.slots < slotsMax;
    // Shared memory is not counted by the garbage collector, so that it would be late in freeing it.
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

  /** At the end of this turn: what else it brings goes along. */
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

/** The data thread's side: what to read a slab with. */
export class SlabReaders {
  private readonly names: NameTexts;
  private readonly bySlot: SlabReader[] = [];

  constructor(names: NameTexts) {
    this.names = names;
  }

  of({ slot, memory }: SlabNote): SlabReader {
    if (!memory) return this.bySlot[slot!]!;
    const reader = new SlabReader(memory, this.names);
    if (slot !== null) this.bySlot[slot] = reader;
    return reader;
  }
}
