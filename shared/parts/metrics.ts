import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Reporter, Sample, StatisticDeclaration, StatisticDeclarations } from './statistics.ts';

interface Published {
  metric: Gauge | Counter;
  declaration: StatisticDeclaration;
  /** Totals as last read, by labels, because a counter accepts only increments. */
  last: Map<string, number>;
}

/** Publishes declared statistics from snapshots that their owners keep anyway: nothing is counted twice. */
export class Metrics {
  readonly registry: Registry;
  private readonly reporters: () => readonly Reporter[];
  private readonly published = new Map<string, Published>();

  /**
   * @param reporters read at each scrape @param registry an existing one to add to; by default a new one with the
   * process's own metrics
   */
  constructor(reporters: () => readonly Reporter[], registry?: Registry) {
    this.reporters = reporters;
    this.registry = registry ?? new Registry();
    if (!registry) collectDefaultMetrics({ register: this.registry });
  }

  /** Returns the current metrics in Prometheus' text format. @throws RangeError like `publish` */
  text(): Promise<string> {
    this.publish();
    return this.registry.metrics();
  }

  /**
   * Sets every declared metric from the reporters' samples. A gauge without a sample shows nothing. If a counter's
   * total has decreased, its owner was restarted. @throws RangeError for an undeclared sample, which is a mistake in
   * the code that the conformance tests find
   */
  publish(): void {
    const renewed = new Set<string>();
    for (const reporter of this.reporters()) {
      const samples = reporter.samples();
      for (const [name, value] of Object.entries(samples)) {
        const declaration = reporter.statistics[name];
        if (!declaration) throw new RangeError(`metric ${name} is reported but not declared`);
        if (value === undefined || (typeof value !== 'number' && value.length === 0)) continue;
        const published = this.metricOf(name, declaration);
        if (!renewed.has(name)) clear(published);
        renewed.add(name);
        if (typeof value === 'number') set(published, { value });
        else for (const sample of value) set(published, sample);
      }
    }
    for (const [name, published] of this.published) if (!renewed.has(name)) clear(published);
  }

  private metricOf(name: string, declaration: StatisticDeclaration): Published {
    const known = this.published.get(name);
    if (known) return known;
    const metric = metricFor(name, declaration, this.registry);
    if (metric instanceof Histogram) throw new RangeError(`histogram ${name} is observed, not reported`);
    const published = { metric, declaration, last: new Map<string, number>() };
    this.published.set(name, published);
    return published;
  }
}

/** Clears a gauge without a value; a counter keeps its total. */
function clear({ metric, declaration }: Published): void {
  if (!(metric instanceof Gauge)) return;
  if (declaration.labels === undefined) metric.remove();
  else metric.reset();
}

function set({ metric, last }: Published, { value, labels = {} }: Sample): void {
  if (metric instanceof Gauge) return metric.set(labels, value);
  const key = JSON.stringify(labels);
  const before = last.get(key) ?? 0;
  metric.inc(labels, value >= before ? value - before : value);
  last.set(key, value);
}

type LabelOf<S> = S extends { labels: readonly (infer L extends string)[] } ? L : never;
type MetricOf<S extends StatisticDeclaration> = S['type'] extends 'counter'
  ? Counter<LabelOf<S>>
  : S['type'] extends 'histogram'
    ? Histogram<LabelOf<S>>
    : Gauge<LabelOf<S>>;

/** Metrics that are counted where events occur instead of being reported: one for each declaration. */
export function countedMetrics<const D extends StatisticDeclarations>(registry: Registry, declarations: D) {
  const entries = Object.entries(declarations).map(([name, declaration]) => [
    name,
    metricFor(name, declaration, registry),
  ]);
  return Object.fromEntries(entries) as { readonly [N in keyof D]: MetricOf<D[N]> };
}

function metricFor(
  name: string,
  { type, help, labels = [], buckets }: StatisticDeclaration,
  registry: Registry,
): Gauge | Counter | Histogram {
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'histogram') return new Histogram({ ...options, ...(buckets && { buckets: [...buckets] }) });
  return type === 'gauge' ? new Gauge(options) : new Counter(options);
}
