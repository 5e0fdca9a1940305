import type { Aedes } from 'aedes';
import { FilterTree } from '../../../../shared/mqtt/filter-tree.ts';
import { compileFilters, type Filter, overlaps, parseFilter } from '../../../../shared/mqtt/topic-filter.ts';

/**
 * Knows which telemetry topics have subscribers, connected ones or kept sessions. There are normally none, because the
 * cloud gets its readings from the journal; a message then costs nothing here.
 */
export class Interest {
  /** Increases whenever an answer of `wants` may change. */
  version = 0;
  readonly isTelemetry: (topic: string) => boolean;
  private readonly telemetry: readonly Filter[];
  private readonly tree = new FilterTree<string>();
  private readonly counts = new Map<string, number>();

  constructor(telemetry: readonly Filter[]) {
    this.telemetry = telemetry;
    this.isTelemetry = compileFilters(telemetry);
  }

  add(filter: string): void {
    const parsed = this.relevant(filter);
    if (!parsed) return;
    const count = this.counts.get(filter) ?? 0;
    this.counts.set(filter, count + 1);
    if (count > 0) return;
    this.tree.add(parsed, filter);
    this.version += 1;
  }

  remove(filter: string): void {
    const count = this.counts.get(filter);
    if (count === undefined) return;
    if (count > 1) return void this.counts.set(filter, count - 1);
    this.counts.delete(filter);
    const parsed = this.relevant(filter);
    if (parsed) this.tree.remove(parsed, filter);
    this.version += 1;
  }

  /** Follows the subscriptions of connected clients, which Aedes makes through these two methods; its own it does not. */
  watch(aedes: Aedes): void {
    const subscribe = aedes.subscribe.bind(aedes);
    const unsubscribe = aedes.unsubscribe.bind(aedes);
    aedes.subscribe = (topic, deliver, done) => {
      this.add(topic);
      subscribe(topic, deliver, done);
    };
    aedes.unsubscribe = (topic, deliver, done) => {
      unsubscribe(topic, deliver, () => {
        this.remove(topic);
        done?.();
      });
    };
  }

  wants(topic: string): boolean {
    return this.tree.size > 0 && this.tree.some(topic, () => true);
  }

  private relevant(text: string): Filter | null {
    const filter = parseFilter(text);
    return filter && this.telemetry.some((telemetry) => overlaps(telemetry, filter)) ? filter : null;
  }
}
