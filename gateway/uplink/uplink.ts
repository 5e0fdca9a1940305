import { setMaxListeners } from 'node:events';
import { encodeBatch } from '../../shared/contract/batch.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Block, Cursor, Journal } from '../ports/journal.ts';
import type { CloudLink } from '../ports/uplink.ts';
import { takeBatch } from './batches.ts';
import type { UplinkConfig } from './config.ts';
import type { UplinkStats } from './statistics.ts';

export interface UplinkDeps {
  gateway: string;
  journals: Record<Lane, Journal>;
  link(): CloudLink;
  clock: Clock;
  random: Random;
  log: Log;
}

const zeroes = (): Record<Lane, number> => ({
  events: 0,
  estimates: 0,
  readings: 0,
});

/**
 * Sends the journal to the cloud, lane by lane, over one connection at a time. Each lane keeps a bounded number of
 * batches under way and moves its cursor over a batch when the cloud has confirmed it and all before it. Whatever goes
 * wrong ends the connection; the next one starts again from the cursors.
 */
export class Uplink {
  readonly stats: UplinkStats = {
    connected: false,
    connects: 0,
    lastError: null,
    batches: zeroes(),
    blocks: zeroes(),
    lines: zeroes(),
    bytes: zeroes(),
  };
  private readonly config: UplinkConfig;
  private readonly deps: UplinkDeps;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Readings wait while events or estimates have something unsent. */
  private readonly urgent = new Set<Lane>();
  private calm: (() => void)[] = [];

  constructor(config: UplinkConfig, deps: UplinkDeps) {
    this.config = config;
    this.deps = deps;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { clock, random, log } = this.deps;
    let attempt = 0;
    while (!this.stopping.signal.aborted) {
      const link = this.deps.link();
      try {
        await link.connect(this.stopping.signal);
        this.stats.connected = true;
        this.stats.connects++;
        log.info('uplink connected');
        const progressed = await this.serve(link);
        if (progressed) attempt = 0;
      } catch (error) {
        this.note(error);
      }
      this.stats.connected = false;
      await link.close();
      if (this.stopping.signal.aborted) return;
      const delayMs = backoffMs(
        attempt++,
        {
          firstMs: this.config.backoffFirstMs,
          maxMs: this.config.backoffMaxMs,
        },
        random,
      );
      log.warn({ delayMs: Math.round(delayMs), cause: this.stats.lastError }, 'uplink down; trying again');
      await sleep(clock, delayMs, this.stopping.signal);
    }
  }

  private note(error: unknown): void {
    if (!this.stopping.signal.aborted) this.stats.lastError = messageOf(error);
  }

  /** Runs all lanes on one connection until it ends. True if anything was confirmed. */
  private async serve(link: CloudLink): Promise<boolean> {
    const ended = new AbortController();
    // One listener for each batch under way, removed when it is confirmed.
    setMaxListeners(0, ended.signal);
    const end = () => ended.abort();
    this.stopping.signal.addEventListener('abort', end, { once: true });
    void link.closed.then(end);
    const before = Object.values(this.stats.batches).reduce((a, b) => a + b);
    await Promise.all(
      lanes.map(async (lane) => {
        try {
          await this.sendLane(lane, link, ended.signal);
        } catch (error) {
          // What the other lanes meet once the connection has ended is a consequence, not the cause.
          if (!ended.signal.aborted) this.note(error);
          end();
        } finally {
          this.settleUrgency(lane);
        }
      }),
    );
    this.stopping.signal.removeEventListener('abort', end);
    return Object.values(this.stats.batches).reduce((a, b) => a + b) > before;
  }

  private async sendLane(lane: Lane, link: CloudLink, ended: AbortSignal): Promise<void> {
    const journal = this.deps.journals[lane];
    const cursor = journal.cursor('uplink');
    const underWay = new Set<Promise<void>>();
    const broken = new AbortController();
    const signal = AbortSignal.any([ended, broken.signal]);
    let sent = cursor.seq;
    let isFirst = true;
    let failure: unknown = null;
    let confirmed: Promise<void> = Promise.resolve();
    while (!signal.aborted) {
      if (journal.stats().lastSeq <= sent) this.settleUrgency(lane);
      await journal.waitFor(sent, signal);
      if (signal.aborted) break;
      if (lane !== 'readings') this.urgent.add(lane);
      else await this.readyForReadings(journal, sent, signal);
      let blocks = await this.readBlocks(lane, sent, signal);
      // Only damaged blocks are left, or none can be read now.
      if (blocks.length === 0) await sleep(this.deps.clock, 1_000, signal);
      while (blocks.length > 0) {
        // Between the batches of one read too: they may have waited for their turn, and an alert has come since.
        if (lane === 'readings') await this.urgentFirst(signal);
        if (signal.aborted) break;
        const { batch, taken } = takeBatch(
          { gateway: this.deps.gateway, journal: journal.id, lane, ...(!isFirst && { after: sent }) },
          blocks,
          this.config.batchBytesMax,
        );
        const group = blocks.slice(0, taken);
        blocks = blocks.slice(taken);
        sent = group.at(-1)!.seq;
        isFirst = false;
        const frame = encodeBatch(batch);
        const acked = this.withLimit(link.send(lane, frame), ended);
        confirmed = Promise.all([confirmed, acked]).then(() =>
          this.confirm(lane, cursor, group, frame.length),
        );
        const turn: Promise<void> = confirmed.catch((error) => {
          failure ??= error;
          broken.abort();
        });
        underWay.add(turn);
        void turn.then(() => underWay.delete(turn));
        if (underWay.size >= this.config.inFlightMax) await Promise.race(underWay);
      }
    }
    await Promise.all(underWay);
    if (failure) throw failure;
  }

  /** None where the disk fails: this lane tries again in a moment, and nobody waits for it meanwhile. */
  private async readBlocks(lane: Lane, sent: number, signal: AbortSignal): Promise<Block[]> {
    try {
      return await this.deps.journals[lane].read(sent, this.config.batchBytesMax);
    } catch (error) {
      if (signal.aborted) return [];
      this.note(error);
      this.settleUrgency(lane);
      return [];
    }
  }

  private confirm(lane: Lane, cursor: Cursor, group: readonly Block[], bytes: number): void {
    cursor.advance(group.at(-1)!.seq);
    this.stats.batches[lane]++;
    this.stats.blocks[lane] += group.length;
    for (const block of group) this.stats.lines[lane] += block.lines;
    this.stats.bytes[lane] += bytes;
    this.stats.lastError = null;
  }

  /** A small backlog waits a moment to grow (not when there is much); and bulk lets urgent lanes go first. */
  private async readyForReadings(journal: Journal, sent: number, signal: AbortSignal): Promise<void> {
    if (journal.stats().lastSeq - sent < 16) await sleep(this.deps.clock, this.config.lingerMs, signal);
    await this.urgentFirst(signal);
  }

  private async urgentFirst(signal: AbortSignal): Promise<void> {
    while (this.urgent.size > 0 && !signal.aborted) await this.calmed(signal);
  }

  private calmed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      // A connection may last for months: what waited leaves nothing behind on its signal.
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.calm.push(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private settleUrgency(lane: Lane): void {
    this.urgent.delete(lane);
    if (this.urgent.size > 0) return;
    for (const resume of this.calm.splice(0)) resume();
  }

  /** Ends with the connection, or when the cloud is silent for too long. */
  private withLimit(sending: Promise<void>, ended: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.deps.clock.setTimer(this.config.ackMsMax, () =>
        reject(new Error(`the cloud did not confirm a batch within ${this.config.ackMsMax} ms`)),
      );
      const onEnded = () => reject(new Error('the connection ended'));
      ended.addEventListener('abort', onEnded, { once: true });
      sending.then(resolve, reject).finally(() => {
        timer.cancel();
        ended.removeEventListener('abort', onEnded);
      });
    });
  }
}
