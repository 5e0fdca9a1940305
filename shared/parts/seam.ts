/**
 * The reports of the parts of one seam: what its registry declares, for references and for the description of the API,
 * and what the running parts report. The latter are plain values, so that they can be sent between threads.
 */
import { type TProperties, type TSchema, Type } from '@sinclair/typebox';
import type { AnyPart } from './part.ts';
import type { Reporter, Reporting, Sample, Samples, StatisticDeclarations } from './statistics.ts';

export interface Seam {
  /** The word for a part of this seam in headings, such as `Source`. */
  readonly heading: string;
  readonly parts: readonly AnyPart[];
  /**
   * The property of `/api/status` that holds the status of the parts by their names. If absent, each part is a
   * property itself.
   */
  readonly group?: string;
}

/** A running part of a seam, by the name under which users address it. */
export interface RunningPart {
  readonly name: string;
  readonly made: Partial<Reporting>;
}

/** The reports of the running parts of a seam at one moment, as plain values. */
export interface SeamReports {
  readonly samples: Samples;
  /** Name of a part → the content of its status. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
}

/**
 * Reads the reports of all running parts of a seam. Samples of several parts with the same metric and labels are added
 * up.
 */
export function readSeam(running: readonly RunningPart[]): SeamReports {
  return {
    samples: sumOf(running.map(({ made }) => made.samples?.() ?? {})),
    status: Object.fromEntries(
      running.flatMap(({ name, made }) => {
        const status = made.status?.();
        return status === undefined ? [] : [[name, status]];
      }),
    ),
    summary: Object.assign({}, ...running.map(({ made }) => made.summary?.() ?? {})),
  };
}

/** Combines the reports of a seam with the declarations of its parts. @param read the reports as they are now */
export function reporterOfSeam(seam: Seam, read: () => SeamReports): Reporter {
  const { group } = seam;
  return {
    statistics: Object.assign({}, ...seam.parts.map(({ statistics }) => statistics)),
    samples: () => read().samples,
    status: () => (group === undefined ? read().status : { [group]: read().status }),
    summary: () => read().summary,
  };
}

/** Returns the declared statistics of each kind of part, for the reference of metrics. */
export function statisticsOfSeam({
  heading,
  parts,
}: Seam): { name: string; statistics: StatisticDeclarations }[] {
  return parts.flatMap(({ kind, statistics }) =>
    statistics === undefined ? [] : [{ name: `${heading} \`${kind}\``, statistics }],
  );
}

/** Schemas of the stable part of what the parts of a seam add to the answer of `/api/status`. */
export function statusOfSeam({ heading, parts, group }: Seam): TProperties {
  const ofKinds = parts.flatMap(({ kind, status }): [string, TSchema][] =>
    status === undefined ? [] : [[kind, status]],
  );
  if (group === undefined) return Object.fromEntries(ofKinds);
  return {
    [group]: Type.Object(
      {},
      {
        // A pattern for each kind would be exact, but the generator of OpenAPI documents keeps only one pattern.
        additionalProperties: ofKinds.length === 0 ? true : Type.Union(ofKinds.map(([, status]) => status)),
        description: `${heading}s that show more than metrics, by kind or kind/name`,
      },
    ),
  };
}

function sumOf(all: readonly Samples[]): Samples {
  const sums = new Map<string, Map<string, Sample>>();
  for (const [name, value] of all.flatMap((samples) => Object.entries(samples))) {
    if (value === undefined) continue;
    const series = sums.get(name) ?? new Map<string, Sample>();
    sums.set(name, series);
    for (const sample of typeof value === 'number' ? [{ value }] : value) add(series, sample);
  }
  return Object.fromEntries([...sums].map(([name, series]) => [name, [...series.values()]]));
}

function add(series: Map<string, Sample>, sample: Sample): void {
  const key = JSON.stringify(Object.entries(sample.labels ?? {}).sort());
  series.set(key, { ...sample, value: (series.get(key)?.value ?? 0) + sample.value });
}
