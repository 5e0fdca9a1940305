/**
 * A circuit breaker on an injected clock. cockatiel's own reads Date.now(), which a simulation cannot drive and which
 * jumps when a gateway's clock is set after start (a jump back would hold a breaker open for as long). However,
 * cockatiel asks its back-off object at every attempt how long to stay open. The back-off here returns "for ever" until
 * our clock says otherwise, and then "not at all", which puts the breaker on our clock.
 */

import { type Static, Type } from '@sinclair/typebox';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Clock } from '../runtime/clock.ts';

export const BreakerOptions = Type.Object(
  {
    failures: Type.Integer({
      minimum: 1,
      default: 5,
      description: 'Consecutive failures after which it is no longer asked.',
    }),
    halfOpenAfterMs: Type.Integer({
      minimum: 1,
      default: 30_000,
      description: 'How long it is then not asked, before it is tried once.',
    }),
  },
  { additionalProperties: false },
);
export type BreakerOptions = Static<typeof BreakerOptions>;

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  readonly state: BreakerState;
  /** Number of times that it changed from closed to open. */
  readonly opened: number;
  /** False while the breaker is open and not due for a trial, and during a trial; `run` must not be called then. */
  admits(): boolean;
  /**
   * Runs `work` and counts a rejection as a failure. A result without `evidence` does not prove that the work succeeds:
   * it does not end a series of failures. (If the trial returns one, the breaker closes, and the next failure reopens
   * it.)
   */
  run<T>(work: () => Promise<{ value: T; evidence: boolean }>): Promise<T>;
}

/** Carries a result past the breaker without being counted. */
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
