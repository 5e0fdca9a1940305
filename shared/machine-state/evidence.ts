/** Facts from which the state of a machine follows, and the words for states. */
import type { EstimateSource, RemainingLife } from '../contract/events.ts';
import type { MachineStateName } from '../contract/site/machine-states.ts';

export { type MachineStateName, machineStates } from '../contract/site/machine-states.ts';

export type Level = 'critical' | 'warning' | null;

export interface EvidenceOfAlert {
  failureMode: string;
  severity: 'warning' | 'critical';
  reasons: readonly string[];
  sinceMs: number;
}

/** Facts that are known of a machine now. Times are in ms since 1970. */
export interface MachineEvidence {
  nowMs: number;
  /** IANA name of the zone in which times are written; that of this computer if absent. */
  zone?: string | undefined;
  /** When it was reported as failed; null if it was not, or has been replaced since. */
  failedMs: number | null;
  /** The worst first. */
  alerts: readonly EvidenceOfAlert[];
  /** People work on it until `toMs`: nothing is raised and nothing ends, so neither its readings nor its alerts say more. */
  maintenance?: { fromMs: number; toMs: number; by: string; note?: string | undefined } | null;
  /** Since when it has been at rest; null or absent if it is not. Then nothing is to be concluded from its readings. */
  restSinceMs?: number | null;
  /** By which sensors below which values, if that was learnt: `vibration below 0.3`. */
  restLearntFrom?: string | undefined;
  /**
   * Since when its gateway is silent, or only not connected; null if it is neither. `backSinceMs`: when it came back after
   * that; what came before it says nothing of now.
   */
  gateway: {
    name: string;
    silentSinceMs: number | null;
    lostSinceMs?: number | null;
    backSinceMs?: number | null;
  };
  /** It was renamed, and nothing has come under its new name; null or absent if something has. */
  renamed?: { from: string; atMs: number } | null;
  /** It was renamed to this, and is heard under its old name all the same; absent if it is not so. */
  renamedTo?: string;
  /** Why the cloud can store nothing at present; null if it can. */
  trouble: string | null;
  /** The time of its newest reading, and when that arrived; null if there is none. */
  lastReadingMs: number | null;
  heardMs: number | null;
  /** When its gateway last said that sensors of it send what they cannot have, which is not a reading; null or absent if it never did. */
  badValuesMs?: number | null;
  /** How long it may be unheard until its state is not known any more. */
  unheardMsMax: number;
  /** Until when it may be unheard by the hours of the week in which it sends; null or absent if that is not known. */
  usuallyUnheardToMs?: number | null;
  /** When its newest estimate arrived, and since when estimates have said the same; null or absent if that is not known. */
  judgedMs?: number | null;
  judgedSinceMs?: number | null;
  /** Since when its readings have come without being judged, and the time of the newest that was; null or absent if they are. */
  unjudged?: { sinceMs: number; estimateMs: number } | null;
  /** Since when it settles after a start, and until which time of its readings; null or absent if it does not. */
  settling?: { sinceMs: number; toMs: number } | null;
  /** The newest estimate; null if there is none. */
  estimate: {
    source: EstimateSource | 'self-learned';
    remainingLife: RemainingLife | null;
    health: number;
  } | null;
  /** The worst that its newest values and estimate reach, of limits of sensors and of alert policies. */
  limitsMet: Level;
  policiesMet: Level;
  /** The value that is beyond the worst of these limits, as people write it; null or absent if that is not known. */
  beyond?: string | null;
  /**
   * The closing of an alert by a person, and which of that goes on since then: limits that are met, what is estimated. Null or absent
   * if nobody has, or none does.
   */
  closed?: { by: string; reason: string; atMs: number; goesOn: readonly ('limits' | 'estimate')[] } | null;
  /** When its last alert ended, if the newest estimate came before that; null or absent if it did not. */
  endedMs?: number | null;
  /** Whether any of its sensors has limits; null if that is not known. */
  hasLimits: boolean | null;
  /** Since when its sensors have gone together in another way than before, which lasts; null or absent if they have not. */
  changedSinceMs?: number | null;
  /** Progress of learning what is normal for it; null if that is learnt. Undefined: nobody said. */
  learning: { rows: number; needed: number } | null | undefined;
  /** When its last alert ended, or it was replaced; null if neither is known. */
  calmSinceMs: number | null;
}

export interface StateOfMachine {
  state: MachineStateName;
  reason: string;
  sinceMs: number | null;
  /**
   * Since when, and why, nothing is known of what its alerts and its estimate say; null if something is. A machine that is
   * called silent because of its own silence alert is unknown too.
   */
  unknown: Unknown | null;
}

export interface Unknown {
  sinceMs: number | null;
  reason: string;
  /** It is heard all the same, by values that its sensors cannot have: alerts about these hold. */
  isHeard?: true;
  /** Nothing is heard of it, although something should be. */
  isSilent?: true;
}

export type Found = Omit<StateOfMachine, 'unknown'> & Pick<Unknown, 'isHeard'>;
