/**
 * The heartbeat (shared/heartbeat): a sign of life to somebody else, who tells when it stops (a dead-man's switch). It is
 * sent only while the process truly works, which its side decides. Here: when; senders.ts says how.
 */
import { withinBudget } from '../runtime/budget.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { HeartbeatConfig } from './config.ts';
import { type SendHeartbeat, sendersOf } from './senders.ts';
import type { HeartbeatState } from './statistics.ts';

export interface HeartbeatDeps {
  /** Sentences that say why the process does not work; empty if it does. */
  problems(): readonly string[];
  clock: Clock;
  log: Log;
}

/** The first one is not sent before the process knows how it is. */
const firstMs = 5_000;

export class Heartbeat {
  private everyMs = 0;
  private timeoutMs = 0;
  private senders: readonly SendHeartbeat[] = [];
  private readonly deps: HeartbeatDeps;
  private readonly stopping = new AbortController();
  private readonly counts: HeartbeatState = { sent: 0, failed: 0, withheld: 0, lastProblem: null };
  private timer: Timer | null = null;
  private work: Promise<void> = Promise.resolve();

  constructor(config: HeartbeatConfig, deps: HeartbeatDeps) {
    this.deps = deps;
    this.use(config);
  }

  /** Sends by another configuration from now on. */
  follow(config: HeartbeatConfig): void {
    this.use(config);
    this.timer?.cancel();
    this.timer = null;
    this.counts.lastProblem = null;
    // One that is on its way plans the next.
    void this.work.then(() => {
      if (this.timer === null) this.start();
    });
  }

  private use(config: HeartbeatConfig): void {
    this.everyMs = config.everyS * 1_000;
    this.timeoutMs = config.timeoutMs;
    this.senders = sendersOf(config);
  }

  start(): void {
    if (this.senders.length > 0) this.plan(Math.min(firstMs, this.everyMs));
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.stopping.abort(new Error('the process stops'));
    await this.work;
  }

  /** Null if none is configured. */
  state(): HeartbeatState | null {
    return this.senders.length === 0 ? null : { ...this.counts };
  }

  private plan(delayMs: number): void {
    this.timer?.cancel();
    if (this.senders.length === 0 || this.stopping.signal.aborted) return;
    this.timer = this.deps.clock.setTimer(delayMs, () => {
      const beganMs = this.deps.clock.monotonicMs();
      this.work = this.beat().then(() =>
        this.plan(Math.max(0, this.everyMs - (this.deps.clock.monotonicMs() - beganMs))),
      );
    });
  }

  private async beat(): Promise<void> {
    const problems = this.deps.problems();
    if (problems.length > 0) {
      this.counts.withheld += 1;
      return this.note(problems.join('; '), 'no heartbeat is sent, because this process does not work');
    }
    const results = await Promise.allSettled(this.senders.map((send) => this.within(send)));
    if (this.stopping.signal.aborted) return;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      this.counts.failed += 1;
      return this.note(messageOf(failed.reason), 'a heartbeat could not be delivered; it is tried again');
    }
    this.counts.sent += 1;
    if (this.counts.lastProblem !== null) this.deps.log.info('heartbeats are delivered again');
    this.counts.lastProblem = null;
  }

  private within(send: SendHeartbeat): Promise<void> {
    return withinBudget((signal) => send(signal), this.timeoutMs, this.deps.clock, this.stopping.signal);
  }

  /** Logs the first of a row of the same kind. */
  private note(problem: string, text: string): void {
    if (this.counts.lastProblem === null) this.deps.log.warn({ problem }, text);
    this.counts.lastProblem = problem;
  }
}
