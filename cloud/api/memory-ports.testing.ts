/** Small in-memory implementations of the ports the API reads, for its tests and the page's. */
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type {
  Alert,
  AuditEntry,
  DeadNotification,
  MachineState,
  Operations,
  Page,
  PageQuery,
  Quarantined,
  ReadingStore,
  SeriesPoint,
  SeriesQuery,
  SqlQuery,
  SqlResult,
  StoredDecision,
} from '../ports.ts';
import type { Redriven } from './context.ts';
import type { ApiDeps } from './server.ts';

type Listener = (change: { machines: MachineState[]; alerts: Alert[] }) => void;

export interface MemoryOperations extends Operations {
  set(change: { machines?: MachineState[]; alerts?: Alert[] }): void;
  addDecision(decision: StoredDecision): void;
  addEvent(event: HarbingerEvent): void;
  readonly listeners: number;
}

/** Newest first; the cursor is an index. */
function page<T>(items: T[], { limit, before }: PageQuery): Page<T> {
  const from = before === undefined ? 0 : Number(before);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next };
}

export function createMemoryOperations(): MemoryOperations {
  const machines = new Map<string, MachineState>();
  const alerts = new Map<string, Alert>();
  const decisions: StoredDecision[] = [];
  const events: HarbingerEvent[] = [];
  const quarantined: Quarantined[] = [];
  const listeners = new Set<Listener>();
  const about = (subject: string | undefined, query: PageQuery) =>
    query.subject === undefined || query.subject === subject;
  return {
    watermark: () => 0,
    applyEvents: async () => {},
    applyTelemetry: async () => {},
    async quarantine(entry) {
      quarantined.unshift({ id: quarantined.length + 1, ...entry });
    },
    machines: () => [...machines.values()],
    alerts: (state) => [...alerts.values()].filter((alert) => state === undefined || alert.state === state),
    events: (query) =>
      page(
        events.filter((event) => about(event.subject, query)),
        query,
      ),
    decisions: (query) =>
      page(
        decisions.filter((decision) => about(decision.subject, query)),
        query,
      ),
    quarantined: (query) => page(quarantined, query),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get listeners() {
      return listeners.size;
    },
    set(change) {
      for (const state of change.machines ?? []) {
        machines.set(`${state.gateway}/${state.site}/${state.machine}`, state);
      }
      for (const alert of change.alerts ?? []) alerts.set(alert.alertId, alert);
      for (const listener of listeners) {
        listener({ machines: change.machines ?? [], alerts: change.alerts ?? [] });
      }
    },
    addDecision: (decision) => decisions.unshift(decision),
    addEvent: (event) => events.unshift(event),
  };
}

/** A store whose series are computed by `series`, and whose SQL (where given) by `sql`. */
export function createMemoryStore(options: {
  series?: (query: SeriesQuery) => SeriesPoint[];
  sql?: (query: SqlQuery) => Promise<SqlResult>;
}): ReadingStore {
  return {
    kind: 'memory',
    start: async () => {},
    stop: async () => {},
    write: async () => ({ rejected: [] }),
    healthy: async () => true,
    series: async (query) => options.series?.(query) ?? [],
    counts: async () => ({}),
    ...(options.sql ? { sql: options.sql } : {}),
  };
}

/** What was put aside, and who had it sent again. */
export function createMemoryAdmin(
  aside: { quarantined?: Quarantined[]; dead?: DeadNotification[] } = {},
): Pick<ApiDeps, 'quarantine' | 'notifications' | 'audit'> {
  const { quarantined = [], dead = [] } = aside;
  const entries: AuditEntry[] = [];
  const take = <T>(list: T[], which: (item: T) => boolean): Redriven => {
    const taken = list.filter(which);
    for (const item of taken) list.splice(list.indexOf(item), 1);
    return { redriven: taken.length, kept: 0, left: 0, reasons: [] };
  };
  return {
    quarantine: {
      show(id) {
        const entry = quarantined.find((one) => one.id === id);
        return entry ? { entry, body: Buffer.from('a body') } : null;
      },
      redrive: async (which) => take(quarantined, ({ id }) => which === 'all' || which.includes(id)),
    },
    notifications: {
      list: (query) => page(dead, query),
      redrive: async (which) =>
        take(dead, ({ notification }) => which === 'all' || which.includes(notification.key)),
    },
    audit: {
      add: async (entry) => void entries.unshift(entry),
      page: (query) => page(entries, query),
    },
  };
}
