/** The interfaces of the fleet at the side of a gateway: what a cloud wants of it. */
import type { DesiredDocument } from '../../../shared/contract/fleet/documents.ts';

/** A kind of document that this gateway can follow: a folder in fleet/kinds, and a line in fleet/kinds/kinds.ts. */
export interface FollowedKind {
  readonly kind: string;
  /** Why content cannot be followed; null if it can. */
  problem(body: Record<string, unknown>): string | null;
  /** Follows these documents, and no others, from now on. Takes effect as a whole. Never throws. */
  apply(documents: readonly DesiredDocument[]): void;
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
  /** Calls it after each change. */
  onChange(listener: () => void): void;
}

export interface MachineOverride {
  /** Nobody is told of its alerts. */
  mute?: PersonsWord;
  /** The rules decide about it, and no model does. */
  rules?: PersonsWord;
}
