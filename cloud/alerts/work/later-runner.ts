import { type Clock, RegularLook } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { LaterNews } from '../../ports/alerts.ts';

const lookMs = 15_000;

/** Tells receivers what they had to wait for: a shelf that is over, hours that begin, an alert that nobody acknowledges. */
export class LaterRunner extends RegularLook {
  private readonly deps: { later: LaterNews; clock: Clock; log: Log };

  constructor(deps: { later: LaterNews; clock: Clock; log: Log }) {
    super(deps.clock, lookMs, () => this.tell());
    this.deps = deps;
  }

  private async tell(): Promise<void> {
    try {
      await this.deps.later.tellDue();
    } catch (error) {
      this.deps.log.warn(
        { problem: messageOf(error) },
        'notifications that receivers wait for cannot be queued; it is tried again',
      );
    }
  }
}
