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
  /** Values by figure key. A figure that a side does not have is absent. */
  values: Record<string, number>;
  /** Further facts that help to understand the run. */
  details: Record<string, number | string>;
  /** Faults found in the run: acknowledged readings that are missing, wrong counts. */
  problems: string[];
}

export interface BenchContext {
  quick: boolean;
  /** Duration of the sustained load. */
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
  /** A limit for scenarios that take long, or whose figures must be 0. */
  repetitionsMax?: number;
  /** Rough duration of one repetition of all sides on two cores, for the estimate of the time left. */
  seconds: number;
  /** The reason why it cannot be run here; undefined if it can. */
  unavailable?(): Promise<string | undefined>;
  run(side: Side, context: BenchContext): Promise<Sample>;
}

export function repetitionsOf(scenario: Scenario, wanted: number): number {
  return Math.min(wanted, scenario.repetitionsMax ?? wanted);
}
