import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import { isFinal } from '../../../shared/runtime/errors.ts';
import { rateLimit } from '../../../shared/runtime/rate-limit.ts';
import type { NamedTypedValue, SourceDeps, TypedReadings } from '../../ports/source.ts';

export type HandingDeps = Pick<SourceDeps, 'intake' | 'clock' | 'random' | 'log'>;

const retry: BackoffOptions = { firstMs: 200, maxMs: 10_000 };
/** Limit of the readings of a line on their way to the disk; at this limit nothing is polled. */
const pendingMax = 32;

const warnMsMin = 10_000;

/**
 * Hands in what was read on a line, until it is stored: the device has another value by then. A reading that can never be stored is
 * given up, so that it holds up no others.
 */
export class HandingIn {
  /** Retries of readings that could not be stored. */
  retried = 0;
  /** Readings that can never be stored. */
  givenUp = 0;
  /** Number of the connection on which the readings came. */
  connection = 0;
  private pending = 0;
  private waiting: (() => void)[] = [];
  private readonly deps: HandingDeps;
  private readonly signal: AbortSignal;
  private readonly mayWarn: () => boolean;

  constructor(deps: HandingDeps, signal: AbortSignal) {
    this.mayWarn = rateLimit(deps.clock, warnMsMin);
    this.deps = deps;
    this.signal = signal;
  }

  hand(
    about: { line: string; unit: number; site: string; machine: string },
    values: NamedTypedValue[],
  ): void {
    const { line, unit, site, machine } = about;
    const nowMs = this.deps.clock.nowMs();
    const timeNs = BigInt(Math.round(nowMs * 1_000)) * 1_000n;
    const origin = `modbus:${line}/${unit}`;
    const { connection } = this;
    const readings = [{ site, machine, timeNs, values }];
    this.pending += 1;
    this.accept({ client: origin, receivedMs: nowMs, resend: false, connection, origin, readings }, 0);
  }

  /** Resolves when there is room for another reading, or `signal` aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.pending >= pendingMax && !signal.aborted) await this.changed(signal);
  }

  /** Resolves when everything has been stored, or given up because of the stop. */
  async idle(): Promise<void> {
    while (this.pending > 0) await this.changed();
  }

  private accept(readings: TypedReadings, attempt: number): void {
    const { intake, clock, random, log } = this.deps;
    intake.acceptReadings({ ...readings, resend: attempt > 0 }, (error) => {
      if (!error || this.signal.aborted) return this.settled();
      if (isFinal(error)) {
        this.givenUp += 1;
        const about = { from: readings.origin, count: this.givenUp, problem: error.message };
        if (this.mayWarn()) log.error(about, 'a reading that can never be stored was given up');
        return this.settled();
      }
      this.retried += 1;
      void sleep(clock, backoffMs(attempt, retry, random), this.signal).then(() => {
        if (this.signal.aborted) this.settled();
        else this.accept(readings, attempt + 1);
      });
    });
  }

  private settled(): void {
    this.pending -= 1;
    for (const wake of this.waiting.splice(0)) wake();
  }

  private changed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.push(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
