import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { isFinal } from '../../../shared/runtime/errors.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { Intake, TypedReadings } from '../../ports/source.ts';

const retry: BackoffOptions = { firstMs: 200, maxMs: 10_000 };

/**
 * Hands readings in until they are stored: at QoS 0, nobody sends them again. Those that can never be stored are given up, so that
 * they hold up no others.
 */
export class HandingUntilStored {
  /** Retries of readings that could not be stored. */
  retried = 0;
  /** Messages that can never be stored. */
  givenUp = 0;
  private readonly deps: { intake: Intake; clock: Clock; random: Random };
  private readonly signal: AbortSignal;

  private readonly onGivenUp: (error: Error) => void;

  constructor(
    deps: { intake: Intake; clock: Clock; random: Random },
    signal: AbortSignal,
    onGivenUp: (error: Error) => void,
  ) {
    this.deps = deps;
    this.signal = signal;
    this.onGivenUp = onGivenUp;
  }

  /** Calls `done` when it is stored or given up, or with an error when that was given up because of the stop. */
  hand(readings: TypedReadings, done: (error?: Error) => void, attempt = 0): void {
    const { intake, clock, random } = this.deps;
    intake.acceptReadings({ ...readings, resend: attempt > 0 }, (error) => {
      if (!error || this.signal.aborted) return done(error);
      if (isFinal(error)) {
        this.givenUp += 1;
        this.onGivenUp(error);
        return done();
      }
      this.retried += 1;
      void sleep(clock, backoffMs(attempt, retry, random), this.signal).then(() => {
        if (this.signal.aborted) done(error);
        else this.hand(readings, done, attempt + 1);
      });
    });
  }
}
