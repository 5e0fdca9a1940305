import type { RunDataset } from '../data/dataset.ts';
import type { ModelDesign } from '../fit/design.ts';

export interface DataOptions {
  /** Folder of the data as the user gave it. */
  dataDir?: string;
  /** One of the recipe's subsets; null for a recipe without subsets. */
  subset: string | null;
  seed: number;
}

/** Machines for evaluating a model: records cut off before failure, with the remaining life. */
export interface TestData {
  machines: RunDataset;
  /** The training data if it is available, for fitting the baseline. */
  training: RunDataset | null;
}

/** How a named model is trained and evaluated: everything except the seed. */
export interface Recipe {
  name: string;
  version: string;
  /** Each subset has a model in a folder of its own. Empty: the recipe has a single model. */
  subsets: readonly string[];
  /** The machine type that the model of a subset is for. */
  machineType(subset: string | null): string;
  design(subset: string | null): ModelDesign;
  /** Alternatives by name, for `models compare`; the first is the reference. */
  candidates(subset: string | null): Record<string, Candidate>;
  /** Remarks for the model card, in Markdown. */
  cardNotes?: readonly string[];
  /** Loads runs to failure. @throws HarbingerError DATA_MISSING, DATA_INVALID */
  load(options: DataOptions): RunDataset;
  /** Loads evaluation data. @throws HarbingerError DATA_MISSING, DATA_INVALID */
  loadTest(options: DataOptions): TestData;
}

/**
 * A design that is compared with the recipe's own. Its windows may differ in length from the machine type's.
 */
export interface Candidate {
  design: ModelDesign;
  windowRows?: number;
  windowRowsMin?: number;
  /** Number of networks in the ensemble; each is trained on all machines that are not held out. */
  members: number;
  /** Whether records begin at a random time of the machine's life when estimates are made. */
  startUnknown?: boolean;
  /** Whether to train without other machines (RunDataset.others). */
  withoutOthers?: boolean;
}
