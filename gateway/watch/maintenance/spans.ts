import type { MaintenanceWindow } from '../../ports/maintenance/maintenance.ts';

/** Spans of time as pairs: from (inclusive), to (exclusive), ms since 1970. */
export type Spans = Float64Array;

/** True if the time is in one of the spans. */
export function isIn(spans: Spans, timeMs: number): boolean {
  for (let i = 0; i < spans.length; i += 2) if (timeMs >= spans[i]! && timeMs < spans[i + 1]!) return true;
  return false;
}

/** When the latest span that is over at this time ended, ms since 1970; -Infinity if none is. One without a length never began. */
export function latestEnd(spans: Spans, timeMs: number): number {
  let endMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < spans.length; i += 2) {
    const [fromMs, toMs] = [spans[i]!, spans[i + 1]!];
    if (toMs > fromMs && toMs <= timeMs && toMs > endMs) endMs = toMs;
  }
  return endMs;
}

/** The windows by what they are about: a machine, a site, or all. */
export class SpanIndex {
  private readonly byScope: ReadonlyMap<string, Spans>;

  constructor(windows: Iterable<Pick<MaintenanceWindow, 'site' | 'machine' | 'fromMs' | 'toMs'>>) {
    const byScope = new Map<string, number[]>();
    for (const { site = '', machine = '', fromMs, toMs } of windows) {
      const scope = `${site}/${machine}`;
      const spans = byScope.get(scope) ?? [];
      spans.push(fromMs, toMs);
      byScope.set(scope, spans);
    }
    this.byScope = new Map([...byScope].map(([scope, spans]) => [scope, Float64Array.from(spans)]));
  }

  /** True if the time is in a span of the machine. It is asked for each machine once a second, so it copies nothing. */
  isIn(site: string, machine: string, timeMs: number): boolean {
    if (this.byScope.size === 0) return false;
    return this.has('/', timeMs) || this.has(`${site}/`, timeMs) || this.has(`${site}/${machine}`, timeMs);
  }

  /** The spans of one machine; null if there are none. */
  of(site: string, machine: string): Spans | null {
    const { byScope } = this;
    if (byScope.size === 0) return null;
    const [own, ofSite, all] = [byScope.get(`${site}/${machine}`), byScope.get(`${site}/`), byScope.get('/')];
    if (!own && !ofSite && !all) return null;
    return Float64Array.from([...(own ?? []), ...(ofSite ?? []), ...(all ?? [])]);
  }

  private has(scope: string, timeMs: number): boolean {
    const spans = this.byScope.get(scope);
    return spans !== undefined && isIn(spans, timeMs);
  }
}
