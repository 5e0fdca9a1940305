/**
 * A circuit breaker on an injected clock. cockatiel's own reads Date.now(), which a simulation cannot drive and which
 * jumps when a gateway's clock is set after start (a jump back would hold a breaker open for as long). It does ask its
 * back-off object how long to stay open at every attempt, so a back-off that answers "for ever" until our clock says
 * otherwise, and then "not at all", puts the whole decision on our clock.
 */

import { type Static, Type } from '@sinclair/typebox';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Clock } from '../runtime/clock.ts';

export const BreakerOptions = Type.Object(
  {
    failures: Type.Integer({
      minimum: 1,
      default: 5,
      description: 'Failures in a row after which it is not asked any more.',
    }),
    halfOpenAfterMs: Type.Integer({
      minimum: 1,
      default: 30_000,
      description: 'How long it is then left alone, before it is tried once.',
    }),
  },
  { additionalProperties: false },
);
export type BreakerOptions = Static<typeof BreakerOptions>;

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  readonly state: BreakerState;
  /** How often it has opened from closed. */
  readonly opened: number;
  /** False while open and not yet due for a trial, and while a trial is under way: then do not call `run`. */
  admits(): boolean;
  /**
   * Runs `work` and counts a rejection as a failure. A result without `evidence` says nothing about whether the work is
   * sound: it does not end a row of failures (though a trial that gives it closes the breaker: the next failure reopens).
   */
  run<T>(work: () => Promise<{ value: T; evidence: boolean }>): Promise<T>;
}

/** Carries a result past the breaker uncounted. */
class WithoutEvidence<T> extends Error {
  readonly value: T;
  constructor(value: T) {
    super('no evidence');
    this.value = value;
  }
}

interface ClockBackoff {
  readonly duration: number;
  next(): ClockBackoff;
}

export function createBreaker(options: BreakerOptions, clock: Clock): Breaker {
  let state: BreakerState = 'closed';
  let opened = 0;
  let dueMs = 0;
  const due = () => clock.monotonicMs() >= dueMs;
  const backoff: ClockBackoff = {
    get duration() {
      return due() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
    next() {
      dueMs = clock.monotonicMs() + options.halfOpenAfterMs;
      return backoff;
    },
  };
  const policy = circuitBreaker(
    handleWhen((error) => !(error instanceof WithoutEvidence)),
    { breaker: new ConsecutiveBreaker(options.failures), halfOpenAfter: backoff },
  );
  policy.onStateChange((to) => {
    if (to === CircuitState.Open && state === 'closed') opened += 1;
    state = to === CircuitState.Closed ? 'closed' : to === CircuitState.HalfOpen ? 'half-open' : 'open';
  });
  return {
    get state() {
      return state;
    },
    get opened() {
      return opened;
    },
    admits: () => state === 'closed' || (state === 'open' && due()),
    async run<T>(work: () => Promise<{ value: T; evidence: boolean }>): Promise<T> {
      try {
        return await policy.execute(async () => {
          const { value, evidence } = await work();
          if (!evidence) throw new WithoutEvidence(value);
          return value;
        });
      } catch (error) {
        if (error instanceof WithoutEvidence) return error.value as T;
        throw error;
      }
    },
  };
}
