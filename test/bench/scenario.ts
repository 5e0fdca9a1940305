/** What is measured, and on which side of the comparison. */
export type Side = 'bare' | 'product';

export interface Figure {
  key: string;
  title: string;
  unit: string;
  better: 'higher' | 'lower';
  /** What should be reached (or, where lower is better, not exceeded). */
  target?: number;
  /** What the target is for: product ÷ bare (default), or the product's own value. */
  targetFor?: 'ratio' | 'value';
}

/** One run of one side. */
export interface Sample {
  /** By the figures' keys. A side that has no such figure leaves it out. */
  values: Record<string, number>;
  /** Whatever helps to understand the run. */
  details: Record<string, number | string>;
  /** What must not be: acknowledged readings that are missing, wrong counts. */
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
  /** What one repetition of all sides takes on two cores, roughly: for the time left. */
  seconds: number;
  /** Why it cannot be run here, if so. */
  unavailable?(): Promise<string | undefined>;
  run(side: Side, context: BenchContext): Promise<Sample>;
}
