/** The state that a run carries from round to round, and what the faults of one round leave for its checks. */

import type { Allowance, Check } from '../faults/fault.ts';
import type { RoundLoad } from '../load.ts';
import type { Statement } from '../observe/reported.ts';
import type { Site } from '../site/site.ts';
import type { Accounts } from './accounts.ts';
import type { Verdict } from './verdict.ts';

/** State that is carried from round to round. */
export interface RunState {
  site: Site;
  nextSeq: number;
  before: Statement;
  accounts: Accounts;
  /** Ids of events that had two lines in the store. */
  doubled: Set<string>;
  /** Predictions that the gateway may report again, because it lost its record of having reported them. */
  mayRepeat: Set<string>;
  pumpStates: Map<string, string>;
  /** The ledger and the excuses of every round, for the comparison at the end of the run. */
  history: { number: number; load: RoundLoad; excused: Set<string>; allowed: Set<Allowance> }[];
}

/** Facts that the faults of one round leave for its checks. */
export class RoundEffects {
  readonly excused = new Set<string>();
  readonly allowed = new Set<Allowance>();
  readonly checks: { what: string; check: Check }[] = [];
  readonly problems: string[] = [];
  /** Most readings that were sent besides those of the load and the pumps: retained, poisoned and those of faults. */
  othersMax = 64;
  /** While these times passed, readings were journalled on a disk that was lost: of `performance.now()`. */
  readonly lostSpans: { fromMs: number; toMs: number }[] = [];
  /** Until this time of `performance.now()`, events that the cloud had are gone. */
  eventsGoneMs = Number.NEGATIVE_INFINITY;
  verdict: Verdict | null = null;
  after: Statement | null = null;
  isRetainedGone = false;

  /** True if what was acknowledged at this time may have been only on a disk that was lost. */
  mayBeLost(ackedMs: number): boolean {
    return this.lostSpans.some(({ fromMs, toMs }) => ackedMs >= fromMs && ackedMs <= toMs);
  }
}
