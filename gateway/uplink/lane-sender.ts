/**
 * Sends one lane of the journal over the current connection, and keeps its position across connections. A batch is read
 * from the journal, framed, sent, and confirmed, and then the cursor moves. A bounded number of batches is in flight;
 * the cursor moves over a batch when the cloud has confirmed it and all before it.
 *
 * A batch that is refused, or not answered while others are, is read, framed and resent with growing delays, alone,
 * until the cloud accepts it; the batches behind it wait, and other lanes do not. Any other failure closes the
 * connection.
 */
import { setMaxListeners } from 'node:events';
import { encodeBatch } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Journal } from '../ports/journal.ts';
import { BatchRefused, type CloudLink } from '../ports/uplink.ts';
import { takeBatch } from './batches.ts';
import type { UplinkConfig } from './config.ts';
import type { Priority } from './priority.ts';
import { type RefusedBatch, refusedAgain } from './refused-batch.ts';
import type { UplinkStats } from './statistics.ts';

export interface LaneSenderDeps {
  gateway: string;
  journal: Journal;
  clock: Clock;
  random: Random;
  log: Log;
  stats: UplinkStats;
  priority: Priority;
}

/** One connection, shared by the lanes. */
export interface Connection {
  link: CloudLink;
  /** Aborted when the connection has ended. */
  ended: AbortSignal;
  /** When the cloud last answered for a batch of any lane, in ms of the monotonic clock. */
  answeredMs: number;
}

/** A batch in flight that was not confirmed. */
interface Failure {
  group: readonly Block[];
  sentMs: number;
  error: unknown;
}

/**
 * A refused batch is retried less often than the connection, at most by this factor, because its bytes may cost money.
 */
const refusedBackoffFactor = 6;

/** Limit of separately counted codes, because they come from the cloud. */
const codesMax = 16;

export class LaneSender {
  private readonly lane: Lane;
  private readonly config: UplinkConfig;
  private readonly deps: LaneSenderDeps;

  constructor(lane: Lane, config: UplinkConfig, deps: LaneSenderDeps) {
    this.lane = lane;
    this.config = config;
    this.deps = deps;
  }

  /** Sends until the connection has closed. @throws any failure that must close it */
  async serve(connection: Connection): Promise<void> {
    const { lane } = this;
    const { clock, random, priority } = this.deps;
    const { ended } = connection;
    const reached: { seq?: number } = {};
    try {
      while (!ended.aborted) {
        const failure = await this.sendUntilFailure(connection, reached);
        if (!failure || ended.aborted) return;
        this.noteRefusal(failure, connection);
        // A lane that waits for a retry does not delay the other lanes.
        priority.release(lane);
        const { backoffFirstMs: firstMs, backoffMaxMs } = this.config;
        const backoff = { firstMs, maxMs: backoffMaxMs * refusedBackoffFactor };
        await sleep(clock, backoffMs((this.refused?.attempts ?? 1) - 1, backoff, random), ended);
      }
    } finally {
      priority.release(lane);
    }
  }

  /** The batch at the head of the lane that the cloud currently refuses. */
  private get refused(): RefusedBatch | null {
    return this.deps.stats.refused[this.lane];
  }

  /** `reached` is the last block confirmed on this connection. Returns null if the connection has closed. */
  private async sendUntilFailure(connection: Connection, reached: { seq?: number }): Promise<Failure | null> {
    const { lane, config } = this;
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
      else if (!this.refused) priority.claim(lane);
      let blocks = await this.readBlocks(sent, signal);
      // Only damaged blocks are left, or none can be read now.
      if (blocks.length === 0) await sleep(clock, 1_000, signal);
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
          config.batchBytesMax,
        );
        const group = blocks.slice(0, taken);
        blocks = blocks.slice(taken);
        sent = group.at(-1)!.seq;
        after = sent;
        const frame = encodeBatch(batch);
        const sentMs = clock.monotonicMs();
        const acked = this.withLimit(connection, frame, signal);
        acked.catch(() => undefined); // checked below, after those before it
        const turn: Promise<void> = confirmed
          .then(() => acked)
          .then(
            () => {
              cursor.advance(group.at(-1)!.seq);
              reached.seq = group.at(-1)!.seq;
              this.noteConfirmed(group, frame.length);
            },
            (error) => {
              failure ??= { group, sentMs, error };
              failed.abort();
              throw error;
            },
          );
        confirmed = turn;
        const over = turn.catch(() => undefined).then(() => void underWay.delete(over));
        underWay.add(over);
        if (underWay.size >= (this.refused ? 1 : config.inFlightMax)) await Promise.race(underWay);
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
      const { refused } = this;
      if (!refused || signal.aborted) return blocks;
      const again = blocks.filter(({ seq }) => seq <= refused.lastSeq);
      // The journal may have dropped the refused blocks meanwhile, for lack of room.
      if (again.length === 0 && blocks.length > 0) stats.refused[this.lane] = null;
      return again.length > 0 ? again : blocks;
    } catch (error) {
      if (signal.aborted) return [];
      stats.lastError = messageOf(error);
      priority.release(this.lane);
      return [];
    }
  }

  private noteConfirmed(group: readonly Block[], bytes: number): void {
    const { lane } = this;
    const { stats, log } = this.deps;
    stats.batches[lane]++;
    stats.blocks[lane] += group.length;
    for (const block of group) stats.lines[lane] += block.lines;
    stats.bytes[lane] += bytes;
    stats.lastError = null;
    const { refused } = this;
    if (!refused || group.at(-1)!.seq < refused.lastSeq) return;
    stats.refused[lane] = null;
    log.info({ lane, attempts: refused.attempts }, 'the cloud has accepted the batch that it had refused');
  }

  /** @throws the error of a failure that must close the connection */
  private noteRefusal({ group, sentMs, error }: Failure, connection: Connection): void {
    const { lane } = this;
    const { clock, stats, log } = this.deps;
    const isRefused = error instanceof BatchRefused;
    const isSilent = error instanceof HarbingerError && error.code === 'UPLINK_SILENT';
    // A cloud that has answered nothing since is unreachable. One that misses a batch before this one gets all batches
    // again.
    if (isSilent ? connection.answeredMs < sentMs : !isRefused) throw error;
    if (isRefused && error.refusal === 'BATCH_ORDER') throw error;
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() };
    const refused = refusedAgain(this.refused, group, isRefused ? error : null, now);
    stats.refused[lane] = refused;
    stats.lastError = messageOf(error);
    const counts = stats.refusals[lane];
    const isKnown = refused.code in counts || Object.keys(counts).length < codesMax;
    const label = isKnown ? refused.code : 'OTHER';
    counts[label] = (counts[label] ?? 0) + 1;
    if (refused.attempts > 1) return;
    const { firstSeq, lastSeq, code } = refused;
    const about = { lane, firstSeq, lastSeq, code, cause: messageOf(error) };
    log.warn(about, 'a batch was not accepted; it is resent, and the batches behind it wait');
  }

  /** Waits a moment for a small backlog to grow (not for a large one), and lets urgent lanes go first. */
  private async readyForReadings(sent: number, signal: AbortSignal): Promise<void> {
    const { journal, clock, priority } = this.deps;
    if (journal.stats().lastSeq - sent < 16) await sleep(clock, this.config.lingerMs, signal);
    await priority.turn(signal);
  }

  /** Sends a frame; settles when the cloud has answered, `signal` aborts, or the cloud exceeds the time limit. */
  private withLimit(connection: Connection, frame: Buffer, signal: AbortSignal): Promise<void> {
    const { clock } = this.deps;
    const { ackMsMax } = this.config;
    return new Promise((resolve, reject) => {
      const silentError = () =>
        new HarbingerError(
          'UPLINK_SILENT',
          'uplink',
          `the cloud did not confirm a batch within ${ackMsMax} ms`,
          {
            retry: true,
          },
        );
      const timer = clock.setTimer(ackMsMax, () => reject(silentError()));
      const onAbort = () => reject(new Error('the connection ended'));
      signal.addEventListener('abort', onAbort, { once: true });
      const answered = () => {
        connection.answeredMs = clock.monotonicMs();
      };
      connection.link
        .send(this.lane, frame, signal)
        .then(
          () => {
            answered();
            resolve();
          },
          (error) => {
            if (error instanceof BatchRefused) answered();
            reject(error);
          },
        )
        .finally(() => {
          timer.cancel();
          signal.removeEventListener('abort', onAbort);
        });
    });
  }
}
