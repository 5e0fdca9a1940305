/**
 * Versions of models at a gateway (gateway/ports/models): how one is run, which are tried beside the one that judges, and what is seen
 * of them.
 */
import type { Assessment } from '../../../shared/contract/events.ts';
import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import type { ModelRef } from '../../../shared/contract/models/model-ref.ts';
import type { Override } from '../../../shared/decisions/policy.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../decision.ts';
import type { InstalledModel } from './models.ts';

/** One version of a model, in a worker of its own. */
export interface ModelRun {
  readonly assessor: Assessor;
  /** The same, asked about machines that it does not judge. */
  readonly beside: Assessor;
  /** Why it cannot answer now; null: it can. */
  problem(): string | null;
  stop(): Promise<void>;
}

/**
 * Starts a version in a worker of its own; one that only runs beside has a lower priority. Resolves when it has answered in time with
 * finite numbers. @throws HarbingerError MODEL_…, which says what is wrong with it; `retry` if it may be right later
 */
export type RunModel = (
  model: InstalledModel,
  options: { isShadow: boolean },
  signal: AbortSignal,
) => Promise<ModelRun>;

/** A version that is asked beside the one that judges. */
export interface ModelChallenger {
  readonly model: ModelRef;
  /** The version beside which it is asked. */
  readonly judge: ModelRef;
  readonly machineType: string;
  readonly assessor: Assessor;
  takes(machine: MachineIdentity): boolean;
}

/** Answers of two versions about one reading. */
export interface Observation {
  input: Pick<AlertInput, 'machine' | 'timeMs'>;
  /** The answer of the judge that was acted on; null if another version, a person, the machine's own past or rules decided it. */
  active: Assessment | null;
  challenger: Assessment | null;
  /** Why the challenger has no answer; null if it has one. */
  failure: string | null;
  activeMs: number;
  challengerMs: number;
  /** Whether each of them would now warn of a remaining life; absent: the type has no such alert. */
  warns?: { active: boolean; challenger: boolean };
}

/** Versions that are tried. Decisions ask them, and say what they saw. */
export interface ModelChallengers {
  /** The same objects as long as they are the same. */
  challengers(): readonly ModelChallenger[];
  observed(challenger: ModelChallenger, observation: Observation): void;
  dropped(challenger: ModelChallenger, count: number): void;
  /** A machine has failed; `warned`: which of both would have warned of it then. */
  failed(
    challenger: ModelChallenger,
    machine: Pick<MachineIdentity, 'site' | 'machine'>,
    warned: { active: boolean; challenger: boolean },
  ): void;
  replaced(challenger: ModelChallenger, machine: Pick<MachineIdentity, 'site' | 'machine'>): void;
}

/** Failures, and ends of warnings, by which two versions are compared. */
export type KnownCases = Pick<ModelsCompared, 'failed' | 'vain'>;

/** A version that is tried, as it is now. */
export interface TrialNow {
  /** Names it among the trials of this gateway. */
  key: string;
  role: 'shadow' | 'ab' | 'guard';
  machineType: string;
  candidate: ModelRef;
  against: ModelRef;
  figures: ModelsCompared;
  /** Figures of an earlier trial of the same two, before a promotion; null: there was none. */
  known: KnownCases | null;
  /** How the candidate has answered where it judges, within the last minute; null where it does not judge. */
  health: (Declines & { answered: number; failed: number; slow: number; lastError: string | null }) | null;
  /** How it has answered about single readings where it runs beside, within the last hour; null where it judges. */
  beside: (Declines & { answered: number; failed: number; lastError: string | null }) | null;
  /** The remaining life at which the type warns; null: it does not. */
  scale: number | null;
}

interface Declines {
  /** Readings about which it has said something, and those of which only the other version did. */
  given?: number;
  declined?: number;
}

/** A step that was taken at this gateway, as it is kept until its record is written. */
export interface ModelStep {
  /** Names it, over restarts. */
  id: string;
  what: 'active' | 'promote' | 'roll-back' | 'prove';
  /** name@version */
  model: string;
  /** The version beside it. */
  before?: string;
  atMs: number;
  why?: string;
  /** Absent: nobody has wanted it, and it was decided here. */
  override?: Override;
}

/** That a person has decided which version judges, or is tried. */
export interface SwitchedBy {
  what: 'active' | 'ab' | 'shadow' | 'removed';
  model: ModelRef;
  /** The version that judged before; null: none, or it did not change. */
  before: ModelRef | null;
  override: Override;
  /** Null: it is told again after a restart anyway. */
  step: ModelStep | null;
}

/** The trials of this gateway, and what can follow from them. Steps are null where the trial has ended meanwhile. */
export interface ModelTrials {
  trials(): TrialNow[];
  /**
   * Takes the candidate back, at once: the version against which it is tried judges, or goes on to. What wanted it is refused from now
   * on, with this reason.
   */
  rollBack(key: string, why: string): ModelStep | null;
  /** Ends the guard of a version that judges. */
  prove(key: string, why: string): ModelStep | null;
  /** Lets a candidate judge all machines of its type, at this gateway. */
  promote(key: string, why: string): ModelStep | null;
  /** Calls it when what a person wants has come into force. */
  onSwitch(listener: (by: SwitchedBy) => void): void;
  /** Steps of which nobody has said yet that they are recorded. */
  owed(): readonly ModelStep[];
  told(id: string): void;
  /** Resolves when the steps until now are on disk, or could not be written. */
  saved(): Promise<void>;
}
