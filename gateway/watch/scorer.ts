/**
 * Sends due machines to the decision in batches. After a quiet time the first due machine is sent at once; then
 * machines gather for a few milliseconds, and while decisions are in flight, so batches grow with the load. A model
 * spends nearly as much time on one window as on twenty. No timer runs while no machine waits.
 */
import { type Clock, onNextTurn, sleep, type Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { AlertInput } from '../ports/decision.ts';
import { alertInput, type WatchedMachine } from './windows/watched-machine.ts';
import type { Windows } from './windows/windows.ts';

/** Limit of batches in flight: one being decided, and one being prepared. */
const inFlightMax = 2;
/** Delay after a batch that was not full; an alert is delayed by at most this. */
const gatherMs = 20;
const stopMsMax = 5_000;

export interface ScorerOptions {
  windows: Windows;
  /** Decides about a batch. A rejection is logged and counted, and the machines are sent again with their next row. */
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
  private isKickDue = false;
  private gatherUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScorerOptions) {
    this.options = options;
  }

  /** Must be called when a machine may have become due. Cheap. */
  kick(): void {
    const { windows, batchMax, clock } = this.options;
    const nowMs = clock.monotonicMs();
    if (this.timer && nowMs < this.gatherUntilMs) return;
    this.timer?.cancel();
    this.timer = null;
    while (!this.stopped && this.inFlight.size < inFlightMax && nowMs >= this.gatherUntilMs) {
      const machines = windows.take(batchMax);
      if (machines.length === 0) break;
      if (machines.length < batchMax) this.gatherUntilMs = nowMs + gatherMs;
      this.send(machines);
    }
    const dueMs = windows.nextDueMs();
    if (this.stopped || dueMs === null || this.inFlight.size >= inFlightMax) return;
    const atMs = Math.max(dueMs, this.gatherUntilMs);
    this.timer = clock.setTimer(Math.max(1, atMs - nowMs), () => {
      this.timer = null;
      this.kick();
    });
  }

  /** Starts nothing new and waits, within a limit, for batches in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await Promise.race([Promise.all(this.inFlight), sleep(this.options.clock, stopMsMax)]);
  }

  stats(): ScorerStats {
    return { ...this.counts, inFlight: this.inFlight.size };
  }

  /** A thousand machines may be due at once: messages and their answers have their turn before further batches. */
  private kickNextTurn(): void {
    if (this.isKickDue) return;
    this.isKickDue = true;
    onNextTurn(() => {
      this.isKickDue = false;
      this.kick();
    });
  }

  private send(machines: WatchedMachine[]): void {
    this.counts.batches++;
    this.counts.machines += machines.length;
    const sent: Promise<void> = this.decide(machines).then(() => {
      this.inFlight.delete(sent);
      this.kickNextTurn();
    });
    this.inFlight.add(sent);
  }

  private async decide(machines: WatchedMachine[]): Promise<void> {
    try {
      const nowMs = this.options.clock.nowMs();
      await this.options.decide(machines.map((machine) => alertInput(machine, nowMs)));
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
