/** A scenario: the figures that it measures, and the sides that it compares. */
export type Side = 'bare' | 'product';

export interface Figure {
  key: string;
  title: string;
  unit: string;
  better: 'higher' | 'lower';
  /** The value to reach, or not to exceed where lower is better. */
  target?: number;
  /** Whether the target is for product ÷ bare (default) or for the product's own value. */
  targetFor?: 'ratio' | 'value';
}

/** One run of one side. */
export interface Sample {
  /** Values by figure key. A side that has no such figure leaves it out. */
  values: Record<string, number>;
  /** Whatever helps to understand the run. */
  details: Record<string, number | string>;
  /** Faults that were found: acknowledged readings that are missing, wrong counts. */
  problems: string[];
}

export interface BenchContext {
  quick: boolean;
  /** How long the sustained load lasts. */
  sustainedMinutes: number;
  /** An empty folder for this run. */
  folder: string;
}

export interface Scenario {
  name: string;
  title: string;
  figures: readonly Figure[];
  /** Default: both. */
  sides?: readonly Side[];
  /** For those that take long, or count what must be 0. */
  repetitionsMax?: number;
  /** Rough duration of one repetition of all sides on two cores, for the estimate of the time left. */
  seconds: number;
  /** Why it cannot be run here, if so. */
  unavailable?(): Promise<string | undefined>;
  run(side: Side, context: BenchContext): Promise<Sample>;
}
