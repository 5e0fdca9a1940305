import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Random } from '../../../shared/runtime/random.ts';

const firstMs = 1_000;

/** Remembers whether something answers, and how long it is left alone if it does not. */
export class Health {
  /** Why it does not answer; empty if it does, or was never asked. */
  problem = '';
  /** When the first failure since the last answer was, on the monotonic clock. */
  failedSinceMs = Number.POSITIVE_INFINITY;
  private failures = 0;
  private untilMs = 0;
  private readonly failuresMax: number;
  private readonly backoff: BackoffOptions;
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(failuresMax: number, retryMsMax: number, clock: Clock, random: Random) {
    this.failuresMax = failuresMax;
    this.backoff = { firstMs: Math.min(firstMs, retryMsMax), maxMs: retryMsMax };
    this.clock = clock;
    this.random = random;
  }

  /** It has failed so often in a row that it is only tried now and then. */
  get isDead(): boolean {
    return this.failures >= this.failuresMax;
  }

  /** When it may be asked again; 0 if now. */
  get restUntilMs(): number {
    return this.isDead ? this.untilMs : 0;
  }

  /** Leaves it alone for a while although a trial has said nothing. */
  postpone(): void {
    this.untilMs = this.clock.monotonicMs() + this.backoff.firstMs;
  }

  answered(): void {
    this.failures = 0;
    this.problem = '';
    this.failedSinceMs = Number.POSITIVE_INFINITY;
  }

  failed(problem: string): void {
    if (this.failures === 0) this.failedSinceMs = this.clock.monotonicMs();
    this.failures += 1;
    this.problem = problem;
    if (!this.isDead) return;
    const attempt = this.failures - this.failuresMax;
    this.untilMs = this.clock.monotonicMs() + backoffMs(attempt, this.backoff, this.random);
  }
}

/**
 * Judges whether a connection is dead without having ended: its device was switched off, or a firewall forgot it. A
 * connection on which anything comes is alive, whatever its devices say.
 */
export class Silence<Device extends { readonly health: Health }> {
  private readonly devices: readonly Device[];
  private cameMs = Number.NEGATIVE_INFINITY;
  /** Devices that have answered on this connection. */
  private readonly answering = new Set<Device>();
  /** Devices that were asked in vain since something came. */
  private readonly silent = new Set<Device>();

  constructor(devices: readonly Device[]) {
    this.devices = devices;
  }

  /** Notes that something came, from whomever. */
  came(nowMs: number): void {
    this.cameMs = nowMs;
    this.silent.clear();
  }

  answered(device: Device, nowMs: number): void {
    this.answering.add(device);
    this.came(nowMs);
  }

  /** Notes that a device was asked in vain. */
  unanswered(device: Device): void {
    this.silent.add(device);
  }

  /**
   * One that has answered on this connection died, and nothing else came since its first failure; or all are dead, and
   * each of them was tried on this connection.
   */
  get isOfConnection(): boolean {
    const dead = this.devices.filter(({ health }) => health.isDead);
    const isLost = (device: Device) =>
      this.answering.has(device) && device.health.failedSinceMs >= this.cameMs && this.silent.has(device);
    return dead.some(isLost) || (dead.length === this.devices.length && this.silent.size === dead.length);
  }
}
