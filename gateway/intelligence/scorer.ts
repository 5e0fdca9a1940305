/**
 * Brings due machines to a decision: as soon as one is due it goes, and while decisions are under way further machines
 * gather, so batches grow with the load by themselves. No timer runs while nothing is waiting.
 */
import { type Clock, sleep, type Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { AlertInput } from '../ports.ts';
import { alertInput, type WatchedMachine, type Windows } from './windows.ts';

/** Batches under way at once: one being decided, one being prepared for it. */
const inFlightMax = 2;
const stopMsMax = 5_000;

export interface ScorerOptions {
  windows: Windows;
  /** Decides about a batch; its rejection is logged and counted, and the machines come again with their next row. */
  decide(inputs: readonly AlertInput[]): Promise<unknown>;
  batchMax: number;
  clock: Clock;
  log: Log;
}

export interface ScorerStats {
  batches: number;
  machines: number;
  failures: number;
  inFlight: number;
}

export class Scorer {
  private readonly options: ScorerOptions;
  private readonly counts = { batches: 0, machines: 0, failures: 0 };
  private readonly inFlight = new Set<Promise<void>>();
  private timer: Timer | null = null;
  private stopped = false;

  constructor(options: ScorerOptions) {
    this.options = options;
  }

  /** Call when a machine may have become due. Cheap. */
  kick(): void {
    this.timer?.cancel();
    this.timer = null;
    const { windows, batchMax, clock } = this.options;
    while (!this.stopped && this.inFlight.size < inFlightMax) {
      const machines = windows.take(batchMax);
      if (machines.length === 0) break;
      this.send(machines);
    }
    const dueMs = windows.nextDueMs();
    if (this.stopped || dueMs === null || this.inFlight.size >= inFlightMax) return;
    this.timer = clock.setTimer(Math.max(1, dueMs - clock.monotonicMs()), () => this.kick());
  }

  /** Begins nothing new and waits for what is under way, within a limit. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await Promise.race([Promise.all(this.inFlight), sleep(this.options.clock, stopMsMax)]);
  }

  stats(): ScorerStats {
    return { ...this.counts, inFlight: this.inFlight.size };
  }

  private send(machines: WatchedMachine[]): void {
    this.counts.batches++;
    this.counts.machines += machines.length;
    const sent: Promise<void> = this.decide(machines).then(() => {
      this.inFlight.delete(sent);
      this.kick();
    });
    this.inFlight.add(sent);
  }

  private async decide(machines: WatchedMachine[]): Promise<void> {
    try {
      await this.options.decide(machines.map(alertInput));
    } catch (error) {
      this.counts.failures++;
      this.options.log.error(
        { code: 'DECISION_FAILED', problem: messageOf(error) },
        'a batch was not decided',
      );
    } finally {
      this.options.windows.release(machines);
    }
  }
}
