/** The interfaces of models: which ones a gateway has, and how it comes by another. What they say is the business of watch. */
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** Names one version of a model, in text `pump-rul@2.1.0`. */
export interface ModelRef {
  name: string;
  version: string;
}

/** A model that may run here: its files are those that somebody stands for, and it fits its machine type. */
export interface InstalledModel extends ModelRef {
  machineType: string;
  /** SHA-256 of all that it consists of: two with one digest are the same. */
  digest: string;
  folder: string;
  /** Further folders that hold the same, by which a machine type may name it. */
  alsoIn?: readonly string[];
  /** The one who stands for it: `this build`, or the name of a key. */
  trustedBy: string;
}

/** A folder that looks like a model, and must not run. */
export interface RefusedModel {
  folder: string;
  /** Absent where it cannot be read what it is. */
  ref?: ModelRef;
  /** MODEL_REFUSED_*. */
  code: string;
  problem: string;
}

/** A model whose files are in order, to be run once before it may. */
export interface ProbedModel {
  type: MachineType;
  folder: string;
  digest: string;
}

export interface ModelLibrary {
  /** The models of this box: what comes with the product, what lies in its own folder, and what was fetched. */
  installed(): readonly InstalledModel[];
  refused(): readonly RefusedModel[];
  /**
   * Resolves to a model that may run here, fetched from the cloud before if need be, and noted as used: it stays. Rejects within
   * minutes where that cannot be; with `retry` it may succeed later. A download ends when its signal does; what has come of it is kept.
   * @throws HarbingerError MODEL_*, which says what is wrong with it
   */
  want(ref: ModelRef, signal?: AbortSignal): Promise<InstalledModel>;
  /** Says which ones are in use from now on: all others of those that were fetched may be removed to make room. */
  keep(refs: readonly ModelRef[]): void;
}
