import { reporterOf } from '../../../shared/contract/alert-content.ts';
import { isEventOf } from '../../../shared/contract/events.ts';
import type { Store } from '../database.ts';
import type { EventLists } from '../event-lists.ts';
import type { OutcomeBook, StateBefore } from './outcome-book.ts';

interface KnownTables {
  outcomes: OutcomeBook;
  alerts: { all(): Parameters<OutcomeBook['note']>[0][] };
  lists: EventLists;
}

const marker = 'outcomes';

/**
 * Notes, once, the alerts and failures that an earlier version has kept, which knew nothing of outcomes. Returns null if that was done;
 * else what is to be done in a transaction.
 */
export function takeOverOutcomes(store: Store, tables: KnownTables): (() => void) | null {
  const format = store.table<number>('format');
  if (format.get(marker) !== undefined) return null;
  return () => {
    for (const alert of tables.alerts.all()) tables.outcomes.note(alert);
    const before = new Map<string, StateBefore>();
    for (const { value: event } of tables.lists.events.entries()) {
      if (!event) continue;
      const isFailure = isEventOf(event, 'io.harbinger.machine.failed.v1');
      if (!isFailure && !isEventOf(event, 'io.harbinger.machine.replaced.v1')) continue;
      const gateway = reporterOf(event.source);
      const { site, machine, machineType } = event.data;
      const key = `${gateway}/${site}/${machine}`;
      const atMs = Date.parse(event.time);
      if (isFailure)
        tables.outcomes.failed(gateway, { site, machine, machineType }, atMs, before.get(key) ?? null);
      before.set(key, { condition: isFailure ? 'failed' : 'running', conditionMs: atMs, source: null });
    }
    format.put(marker, 1);
  };
}
