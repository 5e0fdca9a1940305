/**
 * The cloud (test/simulation/cloud): the real ingest on a simulated store and database. A crash loses everything in
 * memory.
 */
import { Registry } from 'prom-client';
import { DirectLog } from '../../../cloud/log/direct.ts';
import type { BatchLog, ReceivedBatch, Sender } from '../../../cloud/ports/log.ts';
import { openFrame } from '../../../cloud/receive/open-frame.ts';
import { createSinkMetrics } from '../../../cloud/sink/metrics.ts';
import { Sink } from '../../../cloud/sink/sink.ts';
import { isBatchRefusal } from '../../../shared/contract/batch-refusal.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import type { Ledger } from '../world/ledger.ts';
import type { Seams } from '../world/seams.ts';
import type { Process, World } from '../world/world.ts';
import { SimulatedOperations } from './operations.ts';
import { type SenderState, SimulatedStore } from './store.ts';

export const gatewayName = 'north';
/** Shorter than the gateway's own time limit in the default configuration. */
const storeWaitMsMax = 2_000;
const metrics = createSinkMetrics(new Registry());

interface Life {
  process: Process;
  log: BatchLog;
}

/** A connection from the cloud's point of view. */
export interface GatewayConnection {
  readonly sender: Sender;
  /** Closes the connection without acknowledging batches in progress. */
  lost(): void;
}

/** How a frame is answered, once. */
export interface Answers {
  acknowledge(): void;
  refuse(code: string, reason: string): void;
}

export class SimulatedCloud {
  readonly store: SimulatedStore;
  readonly operations: SimulatedOperations;
  crashes = 0;
  /** Lanes whose batches have a format that this cloud does not know, because it is older than the gateway. */
  unknownLanes: readonly Lane[] = [];
  refused = 0;
  /** The largest number of batches that waited at one moment. */
  waitingMost = 0;
  private readonly world: World;
  private readonly seams: Seams;
  private life: Life | null = null;

  constructor(world: World, ledger: Ledger, seams: Seams, sender: () => SenderState) {
    this.world = world;
    this.seams = seams;
    this.store = new SimulatedStore(world, ledger, sender);
    this.operations = new SimulatedOperations(world, ledger, this.store);
  }

  get isUp(): boolean {
    return this.life !== null;
  }

  start(): void {
    const process = this.world.process('cloud');
    const sink = new Sink({
      limited: unlimited,
      store: this.seams.store(this.store.open(process)),
      ...this.operations.open(process),
      clock: process.clock,
      random: this.world.random(`cloud ${this.crashes}`),
      waitMsMax: storeWaitMsMax,
      metrics,
      log: silentLog,
    });
    this.life = { process, log: this.seams.log(new DirectLog(sink), sink) };
    this.world.note('cloud starts');
  }

  /** Receives a frame like the listener: it is acknowledged or refused, or its connection is closed. */
  receive(connection: GatewayConnection, lane: Lane, frame: Buffer, answers: Answers): void {
    const { life, world } = this;
    if (!life) return;
    const fail = (error: unknown) => {
      if (!life.process.alive) return;
      if (!isBatchRefusal(error)) return connection.lost();
      this.refused++;
      world.note(`refused: ${error.code}`);
      answers.refuse(error.code, error.message);
    };
    let batch: ReceivedBatch;
    try {
      if (this.unknownLanes.includes(lane))
        throw new HarbingerError('BATCH_VERSION', 'ingest', 'simulated: an older cloud');
      batch = openFrame(gatewayName, lane, frame);
    } catch (error) {
      return fail(error);
    }
    life.log.accept(batch, connection.sender).then(() => {
      world.operation('ack');
      if (life.process.alive) answers.acknowledge();
    }, fail);
    this.waitingMost = Math.max(this.waitingMost, life.log.waiting);
  }

  crash(downMs: number): void {
    const { life } = this;
    if (!life) return;
    this.crashes++;
    this.world.note('cloud crashes');
    life.process.kill();
    this.life = null;
    this.operations.crash();
    this.world.after(downMs, () => this.start());
  }
}
