/** Small in-memory implementations of the ports the API reads, for its tests and the page's. */
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { keyOf } from '../../shared/contract/fleet/documents.ts';
import type { DeadNotification } from '../../shared/notifications/queue.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Alert } from '../ports/alerts.ts';
import type { AuditEntry } from '../ports/audit.ts';
import type { FleetAdmin, ShownDocument } from '../ports/fleet/fleet.ts';
import type { StoredDecision } from '../ports/history.ts';
import type { MachineState } from '../ports/machines.ts';
import type { StateChange } from '../ports/operations.ts';
import type { Outcome } from '../ports/outcomes/outcomes.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import type { Quarantined } from '../ports/quarantine.ts';
import type { Redriven } from '../ports/redrive.ts';
import type { Decommissioning } from '../ports/retired/retired.ts';
import type {
  ColumnAdmin,
  ReadingStore,
  SeriesPoint,
  SeriesQuery,
  SqlQuery,
  SqlResult,
  TextPoint,
} from '../ports/store.ts';
import type { ApiDeps } from './server.ts';

export interface MemoryOperations {
  /** The ports that the API reads. */
  readonly ports: Pick<ApiDeps, 'machines' | 'alerts' | 'events' | 'decisions' | 'changes'>;
  set(change: Partial<StateChange>): void;
  /** Takes all machines out of the list. */
  clear(): void;
  addDecision(decision: StoredDecision): void;
  addEvent(event: HarbingerEvent): void;
  readonly listeners: number;
}

/** One page of items that are sorted newest first; the cursor is an index. */
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
  const listeners = new Set<(change: StateChange) => void>();
  const isAbout = (subject: string | undefined, query: PageQuery) =>
    query.subject === undefined || query.subject === subject;
  return {
    ports: {
      machines: { all: () => [...machines.values()] },
      alerts: {
        all: (state) => [...alerts.values()].filter((alert) => state === undefined || alert.state === state),
      },
      events: {
        page: (query) =>
          page(
            events.filter((event) => isAbout(event.subject, query)),
            query,
          ),
      },
      decisions: {
        page: (query) =>
          page(
            decisions.filter((decision) => isAbout(decision.subject, query)),
            query,
          ),
        find: (id) => decisions.find(({ decisionId }) => decisionId === id),
      },
      changes: {
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
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
    clear() {
      machines.clear();
      for (const listener of listeners) listener({ machines: [], alerts: [], isLess: true });
    },
    addDecision: (decision) => decisions.unshift(decision),
    addEvent: (event) => events.unshift(event),
  };
}

/** Outcomes that are given; what is stated of them is answered, and changes nothing. */
export function createMemoryOutcomes(outcomes: Outcome[] = []): ApiDeps['outcomes'] {
  const find = (isIt: (each: Outcome) => boolean, code: string): Outcome => {
    const found = outcomes.find(isIt);
    if (!found) throw new HarbingerError(code, 'api', 'there is none');
    return found;
  };
  return {
    all: () => outcomes,
    of: (gateway, id) => outcomes.find((each) => each.gateway === gateway && each.id === id),
    say: async (id) => find((each) => each.id === id, 'OUTCOME_UNKNOWN'),
    addFailure: async ({ machine }) => find((each) => each.machine === machine, 'OUTCOME_REFUSED'),
  };
}

/** A store that answers with `series`, and has SQL and columns only if they are given. */
export function createMemoryStore(options: {
  series?: (query: SeriesQuery) => SeriesPoint[];
  texts?: Record<string, TextPoint[]>;
  sql?: (query: SqlQuery) => Promise<SqlResult>;
  columns?: ColumnAdmin;
}): ReadingStore {
  return {
    kind: 'memory',
    start: async () => {},
    stop: async () => {},
    write: async () => ({ rejected: [] }),
    healthy: async () => true,
    series: async (query) => options.series?.(query) ?? [],
    texts: async () => options.texts ?? {},
    counts: async () => ({}),
    deleteMachine: async () => ({ rows: 0, isComplete: true }),
    ...(options.sql ? { sql: options.sql } : {}),
    ...(options.columns ? { columns: options.columns } : {}),
  };
}

/** Quarantine, dead notifications and the audit. */
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
      list: (query) => page(quarantined, query),
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

/** Nothing was ever retired. */
export function createMemoryDecommissioning(): Decommissioning {
  const none = async () => ({ machines: 0, alerts: 0 });
  const noneErased = async () => ({ machines: 0, alerts: 0, stored: 0, events: 0, isComplete: true });
  return {
    retired: {
      all: () => [],
      get: () => undefined,
      isGatewayRetired: () => false,
      formerNames: () => [],
      ownSinceMs: () => null,
    },
    gateways: () => [],
    retire: none,
    rename: none,
    erase: noneErased,
    retireGateway: none,
    renameGateway: none,
    eraseGateway: noneErased,
  };
}

/** Everything that is wanted stands at once, as it was asked for. */
export function createMemoryFleet(): FleetAdmin {
  const documents = new Map<string, ShownDocument>();
  const unknown = (key: string) => new HarbingerError('FLEET_NOT_WANTED', 'fleet', `there is no '${key}'`);
  return {
    kinds: () => [{ kind: 'overrides', about: 'Overrides.' }],
    list: (kind) => [...documents.values()].filter((each) => (kind ?? each.kind) === each.kind),
    wanted: () => [],
    compared: () => [],
    async set(asked) {
      if (asked.kind !== 'overrides') throw new HarbingerError('FLEET_INVALID', 'fleet', 'no such kind');
      const { name = 'one' } = asked;
      const at = { version: 1, state: 'in-force', atMs: 2, differs: null };
      const standing = { gateway: 'north', ...at };
      const shown = {
        ...asked,
        name,
        version: 1,
        askedMs: 1,
        text: 'one',
        isOver: false,
        gateways: [standing],
      };
      documents.set(keyOf(shown), shown);
      return shown;
    },
    async remove(name) {
      if (!documents.delete(keyOf(name))) throw unknown(keyOf(name));
    },
  };
}
