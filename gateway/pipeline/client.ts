import { Worker } from 'node:worker_threads';
import type { EndedInCloud } from '../../shared/contract/alerts/ended-in-cloud.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { endThread } from '../../shared/runtime/threads/end-thread.ts';
import { fromWire, toWire, type WireError } from '../../shared/runtime/threads/wire-error.ts';
import { readingsMessage } from '../decode/typed/message.ts';
import type { Gathering } from '../ports/gathering/gathering.ts';
import type { MaintenanceReport } from '../ports/maintenance/maintenance.ts';
import type { Intake, RawMessage, Settle, TypedReadings } from '../ports/source.ts';
import type { Outbox } from '../ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import type { DataCalls, DataThreadInit, FromData, SlabOutcome, ToData } from './messages.ts';
import type { SlabNote } from './slabs/slab.ts';
import { SlabQueue } from './slabs/slab-queue.ts';
import { Pulse, watchPulse } from './stuck/pulse.ts';
import { StuckNote } from './stuck/stuck-note.ts';

export interface DataClientHandlers {
  columns(columns: ColumnBatch): void;
  lifecycle(notice: LifecycleNotice): void;
  /** Alerts are over in the cloud; the same may come again. */
  ended(alerts: EndedInCloud[]): void;
  /** Takes what the cloud wants; null: it is connected, and listens to what of that is here. */
  fleet(message: Buffer | null): void;
  /** Takes a piece of a model; null: the cloud can be asked for them. */
  model(message: Buffer | null): void;
  /** Resolves when it is durable and in force. @throws HarbingerError MAINTENANCE_… */
  maintenance(report: MaintenanceReport): Promise<void>;
  /** The data thread has ended, so nothing can be acknowledged any more. */
  failed(error: Error): void;
}

const callMsMax = 60_000;
/** Longer than the data thread itself gives to a message, and than it may wait for a CPU on a computer that is overloaded. */
const stuckMsMax = (decodeMsMax: number) => Math.max(2 * decodeMsMax, 10_000);
/** The garbage of a batch is short-lived: a larger space for it would cost memory and save no time. */
const maxYoungGenerationSizeMb = 24;
/** The id of the pseudo-call by which `start` waits for the thread to be ready. */
const startId = 0;

/** The main thread's side of the data thread. */
export class DataClient implements Intake, Outbox {
  private handlers: DataClientHandlers | null = null;
  private readonly clock: Clock;
  private readonly slabs: SlabQueue;
  /** How messages are gathered. */
  readonly gathering: Gathering;
  private worker: Worker | null = null;
  private readonly calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private nextId = 1;
  private watch: Timer | null = null;
  private note: StuckNote | null = null;
  private stopped = false;
  private failure: Error | null = null;

  constructor(clock: Clock, gatherMs: number) {
    this.clock = clock;
    this.slabs = new SlabQueue((slab) => this.sendSlab(slab), clock, gatherMs);
    this.gathering = this.slabs;
  }

  /**
   * Creates the thread, which loads its modules on another core while this one creates the rest of the gateway. It
   * touches nothing before `start`.
   */
  load(): void {
    const worker = new Worker(compiledEntry('gateway/pipeline/thread'), {
      name: 'data',
      workerData: { thread: 'data' },
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.worker = worker;
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', (code) => this.fail(new Error(`the data thread ended with code ${code}`)));
    worker.on('message', (message: FromData) => {
      // Answers leave before anything else is done, because sensors wait for them: `settled` writes them in a tick, and
      // all else follows in later ticks, which keep the order of the messages.
      if (message.kind === 'settled') this.settle(message.id, message.outcome);
      process.nextTick(() => this.receive(message));
    });
  }

  /** Starts the data plane; resolves when it has recovered its journal. @throws HarbingerError as the thread reports */
  async start(init: DataThreadInit, handlers: DataClientHandlers): Promise<void> {
    if (!this.worker) this.load();
    if (this.failure) throw this.failure;
    this.handlers = handlers;
    const pulse = new Pulse();
    const note = new StuckNote(init.config.dataDir);
    this.note = note;
    const { suspects } = note;
    this.post({ kind: 'start', init: { ...init, pulse: pulse.memory, suspects } });
    await new Promise<void>((resolve, reject) => {
      this.calls.set(startId, { resolve: () => resolve(), reject });
    });
    this.calls.delete(startId);
    const limitMs = stuckMsMax(init.config.decodeMsMax);
    this.watch = watchPulse(pulse, limitMs, this.clock, () => this.fail(stuckError(note, pulse.readName())));
  }

  acceptReadings(readings: TypedReadings, settled: Settle, ticket?: number): void {
    this.accept(readingsMessage(readings), settled, ticket);
  }

  accept(message: RawMessage, settled: Settle, ticket = 0): void {
    if (this.stopped)
      return settled(
        new HarbingerError('INTAKE_STOPPED', 'broker', 'the gateway is stopping', { retry: true }),
        ticket,
      );
    this.slabs.add(message, settled, ticket);
  }

  /** Number of messages accepted and not yet settled. */
  get pending(): number {
    return this.slabs.pending;
  }

  /** Number of messages settled so far. */
  get settled(): number {
    return this.slabs.settled;
  }

  /** For how long the oldest message has been waiting for its answer, ms; 0 if none does. */
  get waitingMs(): number {
    return this.slabs.waitingMs;
  }

  event(event: HarbingerEvent): Promise<void> {
    return this.call('event', event);
  }

  estimates(lines: string[]): void {
    this.post({ kind: 'estimates', lines });
  }

  /** Tells the cloud, if it is connected; it may be lost. */
  sayFleet(message: Buffer): void {
    this.post({ kind: 'fleet', message });
  }

  /** Asks the cloud for a piece of a model, if it is connected and has any; it may be lost. */
  askModel(message: Buffer): void {
    this.post({ kind: 'model', message });
  }

  call<M extends keyof DataCalls>(method: M, ...args: Parameters<DataCalls[M]>): ReturnType<DataCalls[M]> {
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => {
      const timer = this.clock.setTimer(callMsMax, () => {
        this.calls.delete(id);
        reject(
          new HarbingerError(
            'DATA_THREAD_SLOW',
            'journal',
            `the data thread did not answer '${method}' within ${callMsMax} ms; try again, and check the load of disk and CPU`,
            { retry: true },
          ),
        );
      });
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          timer.cancel();
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

  /** The operations on dead letters for the HTTP API and jobs. */
  readonly deadLetters = {
    list: (query: { limit: number; beforeId?: number }) => this.call('deadLettersList', query),
    show: (id: number) => this.call('deadLettersShow', id),
    redrive: (which: number[] | 'all') => this.call('deadLettersRedrive', which),
    drop: (which: number[] | 'all') => this.call('deadLettersDrop', which),
    dropOld: () => this.call('deadLettersDropOld'),
  };

  /** The operations on refused batches for the HTTP API and jobs. */
  readonly refused = {
    list: (query: { limit: number; beforeId?: number }) => this.call('refusedList', query),
    show: (id: number) => this.call('refusedShow', id),
    redrive: (which: number[] | 'all') => this.call('refusedRedrive', which),
    drop: (which: number[] | 'all') => this.call('refusedDrop', which),
  };

  async stop(): Promise<void> {
    if (this.stopped) return;
    // A thread that was only loaded has nothing to end in order.
    if (this.handlers)
      await this.call('stop').then(
        () => this.note?.remove(),
        () => {},
      );
    this.stopped = true;
    this.watch?.cancel();
    if (this.worker) await endThread(this.worker);
  }

  private sendSlab(slab: SlabNote): void {
    // Memory for one use is transferred; reused memory is shared.
    const handedOver = slab.memory instanceof ArrayBuffer ? [slab.memory] : [];
    this.worker?.postMessage({ kind: 'slab', slab } satisfies ToData, handedOver);
  }

  private post(message: ToData): void {
    if (!this.stopped) this.worker?.postMessage(message);
  }

  private receive(message: FromData): void {
    switch (message.kind) {
      case 'settled':
      case 'columns':
        return this.receiveColumns(message.columns);
      case 'ready':
        return this.calls.get(startId)?.resolve(undefined);
      case 'fatal': {
        const starting = this.calls.get(startId);
        return starting ? starting.reject(fromWire(message.error)) : this.fail(fromWire(message.error));
      }
      case 'lifecycle':
        return this.handlers?.lifecycle(message.notice);
      case 'ended':
        return this.handlers?.ended(message.alerts);
      case 'fleet':
        return this.handlers?.fleet(message.message && Buffer.from(message.message));
      case 'model':
        return this.handlers?.model(message.message && Buffer.from(message.message));
      case 'maintenance':
        return void this.maintain(message.id, message.report);
      case 'result': {
        const call = this.calls.get(message.id);
        return message.error ? call?.reject(fromWire(message.error)) : call?.resolve(message.value);
      }
    }
  }

  private async maintain(id: number, report: MaintenanceReport): Promise<void> {
    let error: WireError | null = null;
    try {
      await this.handlers?.maintenance(report);
    } catch (thrown) {
      error = toWire(thrown, { code: 'MAINTENANCE_UNWRITABLE', stage: 'intelligence' });
    }
    this.post({ kind: 'maintained', id, error });
  }

  private settle(id: number, { error, messages, retainedNotReadings }: SlabOutcome): void {
    this.slabs.settle(id, error ? fromWire(error) : undefined, messages, retainedNotReadings);
  }

  private receiveColumns(batches: readonly ColumnBatch[]): void {
    for (const batch of batches) this.handlers?.columns(batch);
  }

  private fail(error: Error): void {
    if (this.stopped) return;
    this.stopped = true;
    this.failure = error;
    this.watch?.cancel();
    if (this.worker) void endThread(this.worker);
    this.slabs.fail(error);
    for (const call of [...this.calls.values()]) call.reject(error);
    this.handlers?.failed(error);
  }
}

/** Notes the end for the next gateway, and returns its reason. */
function stuckError(note: StuckNote, digest: string | null): HarbingerError {
  let why = 'the data thread does not get on with one message, and was ended; the gateway must start again';
  try {
    note.write(digest);
  } catch (error) {
    why += `; it will not know of this, since the data folder cannot be written: ${messageOf(error)}`;
  }
  return new HarbingerError('DATA_THREAD_STUCK', 'journal', why, { retry: true });
}
