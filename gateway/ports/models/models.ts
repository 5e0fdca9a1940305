/** The interfaces of models: which ones a gateway has, and how it comes by another. What they say is the business of watch. */

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

export interface ModelLibrary {
  /** The models of this box: what comes with the product, what lies in its own folder, and what was fetched. */
  installed(): readonly InstalledModel[];
  refused(): readonly RefusedModel[];
  /** Resolves to a model that may run here, fetched before if need be. @throws HarbingerError MODEL_*, which says what is wrong with it */
  want(ref: ModelRef): Promise<InstalledModel>;
}
