import type { Limit } from '../../../shared/domain/limits.ts';

/** The worst of the limits of one sensor that are met, and of those about which nothing is known yet. */
export interface LimitState {
  sensor: string;
  /** Its latest value; null if it has sent none since the machine is watched. */
  value: number | null;
  /** `sinceMs`: the time of the first reading that met it; `backMs`: that of the first one that is back, for not long enough yet. */
  met: (Limit & { sinceMs: number; backMs?: number }) | null;
  mayBe: Limit | null;
  /** The worst that its value is beyond, for not long enough yet to be met; absent if there is none. */
  about?: Limit & { sinceMs: number };
}

/** A limit that was met, and is back since, in readings that came late and at once: no decision could hear of it meanwhile. */
export interface PassedLimit extends Pick<Limit, 'side' | 'severity' | 'at'> {
  sensor: string;
  /** The farthest value. */
  value: number;
  sinceMs: number;
  untilMs: number;
  /** Its readings waited when the gateway ended, so that a decision of before may have heard of it. */
  isAgain?: true;
}
