import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Sample, Samples, StatisticDeclaration, StatisticDeclarations } from './statistics.ts';

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
   * Sets every declared metric that `samples` has. A counter whose total fell back was started anew by its keeper.
   * @throws RangeError for a sample that is not declared: a mistake in the code, found by the conformance tests
   */
  publish(declarations: StatisticDeclarations, samples: Samples): void {
    for (const [name, value] of Object.entries(samples)) {
      const declaration = declarations[name];
      if (!declaration) throw new RangeError(`metric ${name} is reported but not declared`);
      const published = this.metricOf(name, declaration);
      if (typeof value === 'number') set(published, { value });
      else for (const sample of value) set(published, sample);
    }
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

function set({ metric, last }: Published, { value, labels = {} }: Sample): void {
  if (metric instanceof Gauge) return metric.set(labels, value);
  const key = JSON.stringify(labels);
  const before = last.get(key) ?? 0;
  metric.inc(labels, value >= before ? value - before : value);
  last.set(key, value);
}
