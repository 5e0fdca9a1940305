import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Reporter, Sample, StatisticDeclaration } from './statistics.ts';

interface Published {
  metric: Gauge | Counter;
  declaration: StatisticDeclaration;
  /** Totals as last read, by labels: a counter only knows increments. */
  last: Map<string, number>;
}

/** Publishes declared statistics from snapshots that their keepers hold anyway: nothing is counted twice. */
export class Metrics {
  readonly registry: Registry;
  private readonly published = new Map<string, Published>();

  /** `registry`: an existing one to add to; else a new one with the process's own metrics. */
  constructor(registry?: Registry) {
    this.registry = registry ?? new Registry();
    if (!registry) collectDefaultMetrics({ register: this.registry });
  }

  /**
   * Sets every declared metric from the samples. A gauge shows nothing while it has no sample. A counter whose total fell
   * back was started anew by its keeper.
   * @throws RangeError for a sample that is not declared: a mistake in the code, found by the conformance tests
   */
  publish(reports: readonly Pick<Reporter, 'statistics' | 'samples'>[]): void {
    const renewed = new Set<string>();
    for (const report of reports) {
      const samples = report.samples();
      for (const [name, value] of Object.entries(samples)) {
        const declaration = report.statistics[name];
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
    const options = {
      name,
      help: declaration.help,
      labelNames: [...(declaration.labels ?? [])],
      registers: [this.registry],
    };
    const metric = declaration.type === 'gauge' ? new Gauge(options) : new Counter(options);
    const published = { metric, declaration, last: new Map<string, number>() };
    this.published.set(name, published);
    return published;
  }
}

/** A counter keeps its total: only a gauge can have nothing to show. */
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
