/** What a part or a room reports of itself, declared as data so that references need no running instance. */

export interface StatisticDeclaration {
  /** `counter`: a running total since its keeper started. `gauge`: the value now. */
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Full metric name (`harbinger_…`, base units, `_total` for counters) → declaration. */
export type StatisticDeclarations = Readonly<Record<string, StatisticDeclaration>>;

/** One series of a metric. Plain values, so that they cross a thread border. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Metric name → its value, or one sample for each set of labels. Absent: nothing to report now. */
export type Samples = Readonly<Record<string, number | readonly Sample[]>>;

/** Declares statistics and keeps their names as types, so that `SamplesOf` can check what is reported. */
export function declareStatistics<const D extends StatisticDeclarations>(declarations: D): D {
  return declarations;
}

/** Samples of declared metrics only. */
export type SamplesOf<D extends StatisticDeclarations> = {
  readonly [N in keyof D]?: number | readonly Sample[];
};

/** A room or a running part that reports on itself: metrics, and what `/api/status` shows under `name`. */
export interface Reporter {
  readonly name: string;
  readonly statistics: StatisticDeclarations;
  samples(): Samples;
  /** Any JSON; undefined where there is nothing to show beside the metrics. */
  status?(): unknown;
}
