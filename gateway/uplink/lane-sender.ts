/**
 * Sends one lane of the journal over the current connection, and keeps its position across connections. A batch is read
 * from the journal, framed, sent, and confirmed, and then the cursor moves. A bounded number of batches is in flight;
 * the cursor moves over a batch when the cloud has confirmed it and all before it.
 *
 * A batch that is refused, or not answered while others are, is read, framed and resent with growing delays, alone,
 * until the cloud accepts it or it is set aside (lane-refused-batches.ts); the batches behind it wait, and other lanes do
 * not. Any other failure closes the connection.
 */
import { setMaxListeners } from 'node:events';
import { encodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports/journal.ts';
import type { RefusedIntake } from '../ports/refused-batches.ts';
import { acknowledged, type Connection } from './acknowledged.ts';
import { journalName, takeBatch } from './batches.ts';
import type { UplinkConfig } from './config.ts';
import { type Failure, LaneRefusedBatches } from './lane-refused-batches.ts';
import type { Priority } from './priority.ts';
import { SendWindow } from './send-window.ts';
import type { UplinkStats } from './statistics.ts';

export interface LaneSenderDeps {
  gateway: string;
  journal: Journal;
  setAside: RefusedIntake;
  clock: Clock;
  random: Random;
  log: Log;
  stats: UplinkStats;
  priority: Priority;
}

/** The progress of a lane on one connection: the last block that was confirmed, and what may be in flight. */
interface Reached {
  seq?: number;
  readonly window: SendWindow;
}

/**
 * A refused batch is retried less often than the connection, at most by this factor, because its bytes may cost money.
 */
const refusedBackoffFactor = 6;
const refusedBackoffMsMax = 60_000;

export class LaneSender {
  private readonly lane: Lane;
  private readonly config: UplinkConfig;
  private readonly deps: LaneSenderDeps;
  private readonly refusals: LaneRefusedBatches;

  constructor(lane: Lane, config: UplinkConfig, deps: LaneSenderDeps) {
    this.lane = lane;
    this.config = config;
    this.deps = deps;
    const { refusedMsMax } = config;
    this.refusals = new LaneRefusedBatches(lane, {
      ...deps,
      refusedMsMax,
      cursor: deps.journal.cursor('uplink'),
    });
  }

  /** Sends until the connection has closed. @throws any failure that must close it */
  async serve(connection: Connection): Promise<void> {
    const { lane } = this;
    const { clock, random, priority } = this.deps;
    const { ended } = connection;
    const { batchBytesMax, inFlightMax } = this.config;
    const reached: Reached = { window: new SendWindow(batchBytesMax * inFlightMax) };
    try {
      while (!ended.aborted) {
        const failure = await this.sendUntilFailure(connection, reached);
        if (!failure || ended.aborted) return;
        this.refusals.note(failure, connection);
        // A lane that waits for a retry does not delay the other lanes.
        priority.release(lane);
        if (await this.refusals.setAside(failure)) continue;
        const { backoffFirstMs: firstMs, backoffMaxMs } = this.config;
        const backoff = {
          firstMs,
          maxMs: Math.min(backoffMaxMs * refusedBackoffFactor, refusedBackoffMsMax),
        };
        await sleep(clock, backoffMs((this.refusals.current?.attempts ?? 1) - 1, backoff, random), ended);
      }
    } finally {
      priority.release(lane);
    }
  }

  /** Returns null if the connection has closed. */
  private async sendUntilFailure(connection: Connection, reached: Reached): Promise<Failure | null> {
    const { lane, config } = this;
    const { window } = reached;
    const { ackMsMax } = config;
    const { journal, priority, clock } = this.deps;
    const cursor = journal.cursor('uplink');
    const underWay = new Set<Promise<void>>();
    const failed = new AbortController();
    const signal = AbortSignal.any([connection.ended, failed.signal]);
    // Two listeners for each batch in flight, removed when it is answered.
    setMaxListeners(0, signal);
    let failure: Failure | null = null;
    let confirmed: Promise<void> = Promise.resolve();
    let sent = cursor.seq;
    let after = reached.seq;
    while (!signal.aborted) {
      if (journal.stats().lastSeq <= sent) priority.release(lane);
      await journal.waitFor(sent, signal);
      if (signal.aborted) break;
      if (lane === 'readings') await this.readyForReadings(sent, signal);
      else if (!this.refusals.current) priority.claim(lane);
      let blocks = await this.readBlocks(sent, signal);
      // Only damaged blocks are left, or none can be read now.
      if (blocks.length === 0) await sleep(clock, 1_000, signal);
      const passed = this.coveredUpTo(blocks[0]);
      if (passed !== null) {
        // A former process set this batch aside, and its cursor's move over it was lost.
        await confirmed.catch(() => undefined);
        if (signal.aborted) break;
        cursor.advance(passed);
        sent = passed;
        continue;
      }
      const covered = blocks.findIndex((block) => this.coveredUpTo(block) !== null);
      if (covered > 0) blocks = blocks.slice(0, covered);
      while (blocks.length > 0) {
        // Checked between the batches of one read too: they may have waited, and an alert may have arrived since.
        if (lane === 'readings') await priority.turn(signal);
        if (signal.aborted) break;
        const { batch, taken } = takeBatch(
          {
            gateway: this.deps.gateway,
            journal: journal.id,
            lane,
            ...(after !== undefined && { after }),
          },
          blocks,
          Math.min(config.batchBytesMax, window.batchBytesMax),
        );
        const group = blocks.slice(0, taken);
        blocks = blocks.slice(taken);
        sent = group.at(-1)!.seq;
        after = sent;
        const frame = encodeBatch(batch);
        const sentMs = clock.monotonicMs();
        const sending = window.sent(frame.length, sentMs);
        const answered = (isConfirmed: boolean) => window.answered(sending, isConfirmed, clock.monotonicMs());
        const acked = acknowledged(connection, lane, frame, { ackMsMax, clock, signal });
        // A failure is looked at below, after those before it.
        acked.then(
          () => answered(true),
          () => answered(false),
        );
        const turn: Promise<void> = confirmed
          .then(() => acked)
          .then(
            () => {
              cursor.advance(group.at(-1)!.seq);
              reached.seq = group.at(-1)!.seq;
              this.noteConfirmed(group, frame.length);
            },
            (error) => {
              failure ??= { batch, sentMs, error };
              failed.abort();
              throw error;
            },
          );
        confirmed = turn;
        const over = turn.catch(() => undefined).then(() => void underWay.delete(over));
        underWay.add(over);
        const inFlightMax = this.refusals.current ? 1 : config.inFlightMax;
        while (underWay.size >= inFlightMax || (underWay.size > 0 && !window.hasRoom))
          await Promise.race(underWay);
      }
    }
    await Promise.all(underWay);
    return failure;
  }

  /** Returns no blocks if the disk fails: this lane then retries soon, and no other lane waits for it. */
  private async readBlocks(sent: number, signal: AbortSignal): Promise<Block[]> {
    const { journal, stats, priority } = this.deps;
    try {
      const blocks = await journal.read(sent, this.config.batchBytesMax);
      const { current } = this.refusals;
      if (!current || signal.aborted) return blocks;
      const again = blocks.filter(({ seq }) => seq <= current.lastSeq);
      if (again.length > 0 || blocks.length === 0) return again;
      // The journal has dropped the refused blocks meanwhile, for lack of room.
      this.refusals.passed(current.lastSeq);
      return blocks;
    } catch (error) {
      if (signal.aborted) return [];
      stats.lastError = messageOf(error);
      priority.release(this.lane);
      return [];
    }
  }

  private coveredUpTo(block: Block | undefined): number | null {
    const { journal, setAside } = this.deps;
    if (!block) return null;
    return setAside.coveredUpTo({
      journal: journalName(journal.id, block.run),
      lane: this.lane,
      seq: block.seq,
    });
  }

  private noteConfirmed(group: readonly Block[], bytes: number): void {
    const { lane } = this;
    const { stats } = this.deps;
    stats.batches[lane]++;
    stats.blocks[lane] += group.length;
    for (const block of group) stats.lines[lane] += block.lines;
    stats.bytes[lane] += bytes;
    stats.lastError = null;
    this.refusals.passed(group.at(-1)!.seq);
  }

  /** Waits a moment for a small backlog to grow (not for a large one), and lets urgent lanes go first. */
  private async readyForReadings(sent: number, signal: AbortSignal): Promise<void> {
    const { journal, clock, priority } = this.deps;
    if (journal.stats().lastSeq - sent < 16) await sleep(clock, this.config.lingerMs, signal);
    await priority.turn(signal);
  }
}
