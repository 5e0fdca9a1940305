/** Data thread: reports losses as events, which are journalled themselves. */
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { lossEvent } from './events.ts';
import type { Losses } from './losses.ts';

export interface LossReporterOptions {
  gateway: string;
  /** Id of the journal in which the losses occurred. */
  journalId: string;
  losses: Losses;
  /** Resolves when the event is durable. */
  record(event: HarbingerEvent): Promise<void>;
  clock: Clock;
  log: Log;
}

export class LossReporter {
  private readonly options: LossReporterOptions;
  private reported = 0;

  constructor(options: LossReporterOptions) {
    this.options = options;
  }

  /** Tries once to record all pending losses; those that cannot be recorded stay pending. Never rejects. */
  async report(): Promise<void> {
    const { gateway, journalId, losses, record, clock, log } = this.options;
    const recorded = losses.take().map(async (loss) => {
      const identity = `${journalId}/${clock.nowMs()}/${this.reported++}`;
      try {
        await record(lossEvent(gateway, identity, clock.nowMs(), loss));
      } catch (error) {
        losses.giveBack(loss);
        log.error({ cause: messageOf(error), loss }, 'a loss could not be recorded yet');
      }
    });
    await Promise.all(recorded);
  }
}
