import { eventIdOf, newEvent } from '../../../../shared/contract/envelope.ts';
import type { ModelsCompared } from '../../../../shared/contract/models/compared.ts';
import { type Clock, every, type Timer } from '../../../../shared/runtime/clock.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { rateLimit } from '../../../../shared/runtime/rate-limit.ts';
import type { Outbox } from '../../../ports/uplink.ts';
import type { Trials } from './trials.ts';

/** Soon after a trial has begun or ended, for those who watch; then seldom, because figures are counted since its begin. */
const firstMs = 5_000;
const everyMs = 300_000;
const warnMsMin = 60_000;

export interface TrialReportsDeps {
  gateway: string;
  trials: Pick<Trials, 'takeNews' | 'trials'>;
  outbox: Pick<Outbox, 'event'>;
  clock: Clock;
  log: Log;
}

/** Tells the cloud the figures of trials: a few numbers for each, however many readings there were. */
export class TrialReports {
  private readonly deps: TrialReportsDeps;
  private readonly mayWarn: () => boolean;
  private waitMs = firstMs;
  private dueMs = 0;
  private known: readonly string[] = [];
  private timer: Timer | null = null;
  private telling: Promise<void> = Promise.resolve();

  constructor(deps: TrialReportsDeps) {
    this.deps = deps;
    this.mayWarn = rateLimit(deps.clock, warnMsMin);
  }

  async start(): Promise<void> {
    this.timer = every(this.deps.clock, firstMs, () => this.look());
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = null;
    await this.telling;
    await this.tell();
  }

  private look(): void {
    const { clock, trials } = this.deps;
    const nowMs = clock.monotonicMs();
    const keys = trials.trials().map(({ key }) => key);
    const isChanged = keys.join() !== this.known.join();
    if (!isChanged && nowMs < this.dueMs) return;
    this.known = keys;
    this.waitMs = isChanged ? firstMs : Math.min(everyMs, 2 * this.waitMs);
    this.dueMs = nowMs + this.waitMs;
    this.telling = this.telling.then(() => this.tell());
  }

  private async tell(): Promise<void> {
    const { trials, outbox, log } = this.deps;
    for (const figures of trials.takeNews()) {
      try {
        await outbox.event(this.eventOf(figures));
      } catch (error) {
        // The next one says all again.
        if (this.mayWarn())
          log.warn({ problem: messageOf(error) }, 'figures of a model that is tried could not be journalled');
      }
    }
  }

  private eventOf(figures: ModelsCompared) {
    const { gateway } = this.deps;
    const { role, machineType, candidate, against, since, to } = figures;
    const id = eventIdOf(`models/${gateway}/${role}/${machineType}/${candidate}/${against}/${since}/${to}`);
    return newEvent('io.harbinger.models.compared.v1', { gateway, id, timeMs: Date.parse(to) }, figures);
  }
}
