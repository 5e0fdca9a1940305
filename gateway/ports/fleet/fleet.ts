/** The interfaces of the fleet at the side of a gateway: what a cloud wants of it. */
import type { DesiredDocument } from '../../../shared/contract/fleet/documents.ts';
import type { DocumentState } from '../../../shared/contract/fleet/reported.ts';

export type { MachineLessons } from './lessons.ts';

/** A kind of document that this gateway can follow: a folder in fleet/kinds, and a line in fleet/kinds/kinds.ts. */
export interface FollowedKind {
  readonly kind: string;
  /** Why content cannot be followed; null if it can. */
  problem(body: Record<string, unknown>): string | null;
  /** Follows these documents, and no others, from now on. Takes effect as a whole. Never throws. */
  apply(documents: readonly DesiredDocument[]): void;
  /**
   * Makes ready what these need, and nothing else; called before `apply`, with those too that are not in force yet. Absent: they need
   * nothing. Never throws.
   */
  prepare?(documents: readonly DesiredDocument[]): void;
  /** Why a document that could be followed is not in force yet, or never will be; null: it can be. */
  waits?(document: DesiredDocument): Waits | null;
  /** Calls it when an answer of `waits` has changed. */
  onReady?(listener: () => void): void;
}

/** Follower of documents about models. */
export type FollowedModels = Required<Omit<FollowedKind, 'kind'>>;

/** Makes versions of models ready that people have pinned. */
export interface PinnedModels {
  /** Keeps these ready, and no others that nobody else wants: name@version. */
  pin(models: readonly string[]): void;
  /** Why a pinned version does not judge; null: it does. */
  pinWaits(model: string): Waits | null;
  onReady(listener: () => void): void;
  /** Holds rollouts of these from now on, and of no others. */
  halt(stops: readonly RolloutStop[]): void;
  /** The version that goes on to judge a machine because of a stop, where others of its type are judged by another one; null: none does. */
  held(machine: Parameters<MachineOverrides['of']>[0]): (PersonsWord & { model: string }) | null;
}

/** The word of a person that nothing is rolled out any further: for all, for a type, or for the machines of a site or one of them. */
export interface RolloutStop {
  /** Null: of all types. */
  machineType: string | null;
  /** Absent: of all sites. */
  site?: string;
  /** Absent: of all machines of the site. */
  machine?: string;
  word: PersonsWord;
}

export interface Waits {
  state: Extract<DocumentState, 'preparing' | 'refused'>;
  problem: string;
}

/** The words of a person, which stand in place of what is decided by itself. */
export interface PersonsWord {
  /** Kind, name and gateway of the document. */
  key: string;
  version: number;
  who: string;
  why: string;
  /** ms since 1970; absent: until it is removed. */
  untilMs?: number;
}

/** Knows what people say about machines. */
export interface MachineOverrides {
  /** Null if nobody has said anything of the machine. */
  of(machine: { site: string; machine: string; type: { name: string } }): MachineOverride | null;
  /** Alerts that people want to be open. */
  forced(): readonly ForcedAlert[];
  /** Calls it after each change. */
  onChange(listener: () => void): void;
}

/** An alert that a person wants to be open, whatever is measured. */
export interface ForcedAlert extends PersonsWord {
  site: string;
  machine: string;
  machineType: string;
  severity: 'warning' | 'critical';
  /** When it was asked for, by the clock of the cloud. */
  askedMs: number;
}

export interface MachineOverride {
  /** Nobody is told of its alerts. */
  mute?: PersonsWord;
  /** The rules decide about it, and no model does. */
  rules?: PersonsWord;
  /** This version of its model judges it: name@version. */
  pin?: PersonsWord & { model: string };
}
