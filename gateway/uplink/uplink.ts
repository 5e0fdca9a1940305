/**
 * The uplink (gateway/uplink): sends the journal's lanes to the cloud in batches over one link, and moves a cursor
 * when the cloud has confirmed. It reads blocks and never changes or drops one; a batch that the cloud keeps refusing
 * is handed to the refused batches.
 */
import { setMaxListeners } from 'node:events';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import { backoffMs } from '../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { Journal } from '../ports/journal.ts';
import type { RefusedIntake, Resender } from '../ports/refused-batches.ts';
import type { CloudLink } from '../ports/uplink.ts';
import { acknowledged, type Connection } from './acknowledged.ts';
import type { UplinkConfig } from './config.ts';
import { LaneSender } from './lane-sender.ts';
import { Priority } from './priority.ts';
import { newUplinkStats } from './statistics.ts';

export interface UplinkDeps {
  gateway: string;
  journals: Record<Lane, Journal>;
  /** Receives batches that the cloud has refused for too long. */
  setAside: RefusedIntake;
  link(): CloudLink;
  clock: Clock;
  random: Random;
  log: Log;
}

/**
 * Sends the journal to the cloud over one connection at a time, each lane independently (lane-sender.ts). A failure
 * that does not concern a single batch closes the connection; the next one starts again from the cursors.
 */
export class Uplink implements Resender {
  readonly stats = newUplinkStats();
  private readonly config: UplinkConfig;
  private readonly deps: UplinkDeps;
  private readonly priority = new Priority();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private connection: Connection | null = null;
  private link: CloudLink | null = null;
  private readonly senders: Record<Lane, LaneSender>;

  constructor(config: UplinkConfig, deps: UplinkDeps) {
    this.config = config;
    this.deps = deps;
    const shared = { ...deps, stats: this.stats, priority: this.priority };
    const sender = (lane: Lane) => new LaneSender(lane, config, { ...shared, journal: deps.journals[lane] });
    this.senders = {
      events: sender('events'),
      estimates: sender('estimates'),
      readings: sender('readings'),
    };
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  async resend(lane: Lane, frame: Buffer, signal: AbortSignal): Promise<void> {
    const { connection } = this;
    if (!connection) {
      const message = 'not connected to the cloud; try again when the gateway is';
      throw new HarbingerError('UPLINK_BROKEN', 'uplink', message, { retry: true });
    }
    const until = AbortSignal.any([signal, connection.ended]);
    // Events go before readings, also before those that a person sends again.
    if (lane === 'readings') await this.priority.turn(until);
    const { ackMsMax } = this.config;
    await acknowledged(connection, lane, frame, { ackMsMax, clock: this.deps.clock, signal: until });
  }

  /** Tells the cloud what of its documents is here, if it listens. */
  sayFleet(message: Buffer): void {
    this.link?.sayFleet?.(message);
  }

  /** Asks the cloud for a piece of a model, if it has any. */
  askModel(message: Buffer): void {
    this.link?.askModel?.(message);
  }

  private async run(): Promise<void> {
    const { clock, random, log } = this.deps;
    let attempt = 0;
    while (!this.stopping.signal.aborted) {
      const link = this.deps.link();
      this.link = link;
      let cause = 'the cloud closed the connection';
      try {
        await link.connect(this.stopping.signal);
        this.stats.connected = true;
        this.stats.connects++;
        const { cloudTimeMs = null } = link;
        this.stats.aheadOfCloudMs = cloudTimeMs === null ? null : clock.nowMs() - cloudTimeMs;
        log.info('uplink connected');
        const progressed = await this.serve(link);
        if (progressed) attempt = 0;
      } catch (error) {
        cause = messageOf(error);
        this.note(error);
      }
      this.stats.connected = false;
      await link.close(this.stopping.signal.aborted);
      if (this.stopping.signal.aborted) return;
      const delayMs = backoffMs(
        attempt++,
        {
          firstMs: this.config.backoffFirstMs,
          maxMs: this.config.backoffMaxMs,
        },
        random,
      );
      log.warn({ delayMs: Math.round(delayMs), cause }, 'uplink down; trying again');
      await sleep(clock, delayMs, this.stopping.signal);
    }
  }

  private note(error: unknown): void {
    if (!this.stopping.signal.aborted) this.stats.lastError = messageOf(error);
  }

  /** Runs all lanes on one connection until it closes. Returns true if anything was confirmed. */
  private async serve(link: CloudLink): Promise<boolean> {
    const ended = new AbortController();
    // Each lane adds several listeners.
    setMaxListeners(0, ended.signal);
    const end = () => ended.abort();
    this.stopping.signal.addEventListener('abort', end, { once: true });
    // A stop may have come while the last step of connecting succeeded.
    if (this.stopping.signal.aborted) end();
    void link.closed.then(end);
    const confirmedBatches = () => Object.values(this.stats.batches).reduce((a, b) => a + b);
    const before = confirmedBatches();
    const connection = { link, ended: ended.signal, answeredMs: Number.NEGATIVE_INFINITY };
    this.connection = connection;
    await Promise.all(
      lanes.map(async (lane) => {
        try {
          await this.senders[lane].serve(connection);
        } catch (error) {
          // Failures of the other lanes after the connection has closed are consequences, not the cause.
          if (!ended.signal.aborted) this.note(error);
          end();
        }
      }),
    );
    this.connection = null;
    this.stopping.signal.removeEventListener('abort', end);
    return confirmedBatches() > before;
  }
}
