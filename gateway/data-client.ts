import { Worker } from 'node:worker_threads';
import type { HarbingerEvent } from '../shared/contract/events.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import { compiledEntry } from '../shared/runtime/paths.ts';
import type { DataCalls, DataThreadInit, FromData, ToData, WireError } from './data-messages.ts';
import { NameNumbers, SlabWriter, slabBytes } from './intake/slab.ts';
import type { ColumnBatch, Intake, LifecycleNotice, Outbox, RawMessage } from './ports.ts';

type Settle = (error?: Error) => void;

export interface DataClientHandlers {
  columns(columns: ColumnBatch): void;
  lifecycle(notice: LifecycleNotice): void;
  /** The thread is gone: nothing can be acknowledged any more. */
  failed(error: Error): void;
}

const slabSize = 256 << 10;
/** A slab this full does not wait for more. */
const enoughBytes = 32 << 10;
/** Slabs under way at once: one being decoded, one being synced, one on its way. More would only add waiting. */
const slabsMax = 3;
const callMsMax = 60_000;
/** What a batch leaves behind is soon garbage: a larger space for it costs memory and saves no time. */
const maxYoungGenerationSizeMb = 24;
/** The id under which `start` waits, like a call, for the thread to be ready. */
const startId = 0;

/**
 * The main thread's side of the data thread: packs messages into slabs and settles them when their slab is durable.
 * The first message of an idle moment goes at the end of this turn of the event loop; under load a slab fills while
 * others are under way, so batches grow by themselves.
 *
 * Bounded: slabs under way. While they are all out and the next is full, messages wait in `waiting`, unsettled; a
 * client of the broker is not read from while its messages wait, so that is at most one socket chunk a client.
 */
export class DataClient implements Intake, Outbox {
  private readonly handlers: DataClientHandlers;
  private readonly clock: Clock;
  private readonly gatherMs: number;
  private worker: Worker | null = null;
  private readonly names = new NameNumbers();
  private writer: SlabWriter | null = null;
  private settles: Settle[] = [];
  private readonly underWay = new Map<number, Settle[]>();
  private readonly free: ArrayBuffer[] = [];
  private readonly calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private waiting: { message: RawMessage; settled: Settle }[] = [];
  private nextId = 1;
  private flushSoon = false;
  private flushedMs = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(handlers: DataClientHandlers, clock: Clock, gatherMs: number) {
    this.handlers = handlers;
    this.clock = clock;
    this.gatherMs = gatherMs;
  }

  /** Starts the thread; resolves when it has recovered its journal. @throws HarbingerError as the thread reports */
  async start(init: DataThreadInit): Promise<void> {
    const worker = new Worker(compiledEntry('gateway/data-thread'), {
      workerData: init,
      name: 'data',
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.worker = worker;
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', (code) => this.fail(new Error(`the data thread ended with code ${code}`)));
    await new Promise<void>((resolve, reject) => {
      this.calls.set(startId, { resolve: () => resolve(), reject });
      worker.on('message', (message: FromData) => this.receive(message));
    });
    this.calls.delete(startId);
  }

  accept(message: RawMessage, settled: Settle): void {
    if (this.stopped)
      return settled(
        new HarbingerError('INTAKE_STOPPED', 'broker', 'the gateway is stopping', { retry: true }),
      );
    if (this.waiting.length === 0 && this.pack(message, settled)) return;
    this.waiting.push({ message: { ...message, payload: Buffer.from(message.payload) }, settled });
  }

  /** Messages accepted and not yet settled. */
  get pending(): number {
    let count = this.settles.length + this.waiting.length;
    for (const settles of this.underWay.values()) count += settles.length;
    return count;
  }

  event(event: HarbingerEvent): Promise<void> {
    return this.call('event', event);
  }

  estimates(lines: string[]): void {
    this.post({ kind: 'estimates', lines });
  }

  call<M extends keyof DataCalls>(method: M, ...args: Parameters<DataCalls[M]>): ReturnType<DataCalls[M]> {
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.calls.delete(id);
        reject(
          new HarbingerError(
            'DATA_THREAD_SLOW',
            'journal',
            `no answer to '${method}' within ${callMsMax} ms`,
          ),
        );
      }, callMsMax);
      timer.unref();
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          this.calls.delete(id);
          then(value);
        };
      this.calls.set(id, {
        resolve: settle(resolve),
        reject: settle<Error>(reject),
      });
    });
    this.post({ kind: 'call', id, method, args });
    return answer as ReturnType<DataCalls[M]>;
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    if (this.worker) await this.call('stop').catch(() => {});
    this.stopped = true;
    await this.worker?.terminate();
  }

  private pack(message: RawMessage, settled: Settle): boolean {
    this.writer ??= this.newWriter(message);
    if (!this.writer) return false;
    if (!this.writer.add(message)) {
      if (!this.flush()) return false;
      return this.pack(message, settled);
    }
    this.settles.push(settled);
    this.scheduleFlush();
    return true;
  }

  private newWriter(message: RawMessage): SlabWriter | null {
    const needed = slabBytes(message) * 3;
    if (needed > slabSize) return new SlabWriter(new ArrayBuffer(needed), this.names);
    return new SlabWriter(this.free.pop() ?? new ArrayBuffer(slabSize), this.names);
  }

  /**
   * At once after a quiet moment; else `gatherMs` after the slab before, so that many sensors share a sync: a card wears
   * by its syncs, and each costs CPU in three threads.
   */
  private scheduleFlush(): void {
    if (this.flushSoon || this.underWay.size >= slabsMax) return;
    const waitMs = this.flushedMs + this.gatherMs - this.clock.monotonicMs();
    this.flushSoon = true;
    const flush = () => {
      this.flushSoon = false;
      this.flush();
    };
    if (waitMs <= 0 || (this.writer?.bytes ?? 0) >= enoughBytes) setImmediate(flush);
    else this.clock.setTimer(waitMs, flush);
  }

  /** Sends what is packed if a slab may go. */
  private flush(): boolean {
    const { writer } = this;
    if (!writer || this.underWay.size >= slabsMax) return false;
    if (writer.bytes > 0) {
      this.flushedMs = this.clock.monotonicMs();
      const id = this.nextId++;
      this.underWay.set(id, this.settles);
      const { memory } = writer;
      this.worker?.postMessage({ kind: 'slab', id, memory, bytes: writer.bytes } satisfies ToData, [memory]);
      this.settles = [];
    }
    this.writer = null;
    return true;
  }

  private post(message: ToData): void {
    if (!this.stopped) this.worker?.postMessage(message);
  }

  private receive(message: FromData): void {
    switch (message.kind) {
      case 'settled':
        return this.settle(message.id, message.memory, message.error);
      case 'ready':
        return this.calls.get(startId)?.resolve(undefined);
      case 'fatal':
        return this.calls.get(startId)?.reject(fromWire(message.error));
      case 'columns':
        return this.handlers.columns(message.columns);
      case 'lifecycle':
        return this.handlers.lifecycle(message.notice);
      case 'result': {
        const call = this.calls.get(message.id);
        return message.error ? call?.reject(fromWire(message.error)) : call?.resolve(message.value);
      }
    }
  }

  private settle(id: number, memory: ArrayBuffer, error: WireError | null): void {
    const settles = this.underWay.get(id) ?? [];
    this.underWay.delete(id);
    if (memory.byteLength === slabSize && this.free.length < slabsMax + 1) this.free.push(memory);
    if (this.writer && this.writer.bytes >= enoughBytes) this.flush();
    else if (this.settles.length > 0) this.scheduleFlush();
    const failure = error ? fromWire(error) : undefined;
    for (const settled of settles) settled(failure);
    this.takeWaiting();
  }

  private takeWaiting(): void {
    let taken = 0;
    while (taken < this.waiting.length) {
      const { message, settled } = this.waiting[taken]!;
      if (!this.pack(message, settled)) break;
      taken++;
    }
    if (taken > 0) this.waiting = this.waiting.slice(taken);
  }

  private fail(error: Error): void {
    if (this.stopped) return;
    this.stopped = true;
    const settles = [...this.underWay.values(), this.settles].flat();
    for (const settled of [...settles, ...this.waiting.map((entry) => entry.settled)]) settled(error);
    this.underWay.clear();
    this.settles = [];
    this.waiting = [];
    for (const call of [...this.calls.values()]) call.reject(error);
    this.handlers.failed(error);
  }
}

function fromWire(error: WireError): HarbingerError {
  return new HarbingerError(error.code, 'journal', error.message, {
    retry: true,
  });
}
