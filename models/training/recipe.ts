import type { RunDataset } from '../data/dataset.ts';
import type { ModelDesign } from '../fit/design.ts';

export interface DataOptions {
  /** As the user gave it. */
  dataDir?: string;
  /** One of the recipe's subsets; null where it has none. */
  subset: string | null;
  seed: number;
}

/** Machines to examine a model on: records cut off before the end, with the life that was left. */
export interface TestData {
  machines: RunDataset;
  /** The training data, if it is at hand: the baseline is fitted on it. */
  training: RunDataset | null;
}

/** How a named model is made and examined: everything that is not the seed. */
export interface Recipe {
  name: string;
  version: string;
  /** A model each, in a folder each; none: one model. */
  subsets: readonly string[];
  /** The machine type that a subset's model is for. */
  machineType(subset: string | null): string;
  design(subset: string | null): ModelDesign;
  /** What else was tried, by name: for the table of `models compare`. */
  candidates(subset: string | null): Record<string, Candidate>;
  /** What the card says of this model only, in Markdown. */
  cardNotes?: readonly string[];
  /** Runs to failure. @throws HarbingerError DATA_MISSING, DATA_INVALID */
  load(options: DataOptions): RunDataset;
  /** @throws HarbingerError DATA_MISSING, DATA_INVALID */
  loadTest(options: DataOptions): TestData;
}

/** A design to compare with the recipe's own; its windows may be of another length than the machine type's. */
export interface Candidate {
  design: ModelDesign;
  windowRows?: number;
  windowRowsMin?: number;
  /** Networks that answer together; each is trained on all machines that are not held out. */
  members: number;
  /** Asked of machines whose records begin at a random time of their life, not with it. */
  startUnknown?: boolean;
  /** Learns nothing from other machines (RunDataset.others). */
  withoutOthers?: boolean;
}
