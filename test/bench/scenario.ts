/** What is measured, and on which side of the comparison. */
export type Side = 'bare' | 'product';

export interface Figure {
  key: string;
  title: string;
  unit: string;
  better: 'higher' | 'lower';
  /** What product ÷ bare should reach (or, where lower is better, stay under). */
  target?: number;
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
  /** An empty folder for this run. */
  folder: string;
}

export interface Scenario {
  name: string;
  title: string;
  figures: readonly Figure[];
  /** Why it cannot be run here, if so. */
  unavailable?(): Promise<string | undefined>;
  run(side: Side, context: BenchContext): Promise<Sample>;
}
