/** The statistics of parts, declared as data, so that references need no running instance. */
import type { TProperties } from '@sinclair/typebox';

export interface StatisticDeclaration {
  /** `counter`: a running total since its owner started. `gauge`: the current value. */
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** Full metric name (`harbinger_…`, base units, `_total` for counters) → declaration. */
export type StatisticDeclarations = Readonly<Record<string, StatisticDeclaration>>;

/** One series of a metric. It consists of plain values, so that it can be sent between threads. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Metric name → its value, or one sample per set of labels. Absent if there is nothing to report now. */
export type Samples = Readonly<Record<string, number | readonly Sample[] | undefined>>;

/** Declares statistics and keeps their names as types, so that `SamplesOf` can check what is reported. */
export function declareStatistics<const D extends StatisticDeclarations>(declarations: D): D {
  return declarations;
}

/** Samples of declared metrics only. */
export type SamplesOf<D extends StatisticDeclarations> = {
  readonly [N in keyof D]?: number | readonly Sample[];
};

/** The reports of a running part, read about once a second from counts that are kept anyway. */
export interface Reporting {
  /** Values of the metrics that it declares. */
  samples(): Samples;
  /** The content of `/api/status` under the part's name: any JSON; undefined if there is nothing beside the metrics. */
  status?(): unknown;
  /** Fields for the line that is logged at intervals. */
  summary?(): Readonly<Record<string, unknown>>;
}

/** A reporting part of the program with its declarations: metrics, status and summary are loops over these. */
export interface Reporter {
  readonly statistics: StatisticDeclarations;
  samples(): Samples;
  /** The properties that it adds to `/api/status`. */
  status(): object;
  summary(): Readonly<Record<string, unknown>>;
}

/**
 * A report computed from a state, which may be a snapshot from another thread. The state has the property names under
 * which `/api/status` shows it.
 */
export interface Report<State extends object, D extends StatisticDeclarations = StatisticDeclarations> {
  /** The heading of its section in the reference of metrics. */
  readonly name: string;
  readonly statistics: D;
  /** Schemas of the stable part of what it adds to the answer of `/api/status`. */
  readonly status: TProperties;
  samples(state: State): SamplesOf<D>;
  summary?(state: State): Readonly<Record<string, unknown>>;
}

/** Fixes the state from which a report is computed; its declarations are inferred. */
export const reportOf =
  <State extends object>() =>
  <const D extends StatisticDeclarations>(report: Report<State, D>): Report<State, D> =>
    report;

/** Creates a reporter that reads the current state each time. */
export function reporterOfRoom<State extends object>(report: Report<State>, state: () => State): Reporter {
  return {
    statistics: report.statistics,
    samples: () => report.samples(state()),
    status: () => ({ ...state() }),
    summary: () => report.summary?.(state()) ?? {},
  };
}
