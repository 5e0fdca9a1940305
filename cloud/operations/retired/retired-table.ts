/**
 * Machines and gateways that are taken out of the lists (cloud/operations/retired). Here: the table of those that were.
 * retirement.ts takes them out; the telemetry store's part of it is cloud/decommissioning.ts.
 */
import type { Log } from '../../../shared/runtime/log.ts';
import type {
  FormerName,
  MachineName,
  Rename,
  RetiredMachine,
  RetiredMachines,
} from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

const formerNamesMax = 20;
/** The order in which they are given up when there are too many; without a renamed one, a history is not found. */
const order: Record<RetiredMachine['why'], number> = { deleted: 0, retired: 1, renamed: 2 };

/** Change it only inside a transaction. */
export class RetiredTable implements RetiredMachines {
  readonly table: CachedTable<RetiredMachine>;
  private readonly gateways: CachedTable<{ atMs: number }>;
  private readonly countMax: number;
  private byTarget: Map<string, FormerName[]> | null = null;

  constructor(store: Store, countMax: number) {
    this.table = new CachedTable(store, 'retired');
    this.gateways = new CachedTable(store, 'retired-gateways');
    this.countMax = countMax;
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.gateways.reload();
    this.byTarget = null;
  }

  isGatewayRetired(gateway: string): boolean {
    return this.gateways.get(gateway) !== undefined;
  }

  /** Notes that a gateway is retired or renamed, until a machine of it is listed again. */
  putGateway(gateway: string, atMs: number): void {
    this.gateways.put(gateway, { atMs });
    if (this.gateways.size <= this.countMax) return;
    const [oldest] = [...this.gateways.entries()].sort(([, a], [, b]) => a.atMs - b.atMs);
    if (oldest) this.gateways.remove(oldest[0]);
  }

  gatewayReturned(gateway: string): void {
    if (this.isGatewayRetired(gateway)) this.gateways.remove(gateway);
  }

  all(): RetiredMachine[] {
    return [...this.table.values()];
  }

  get(name: MachineName): RetiredMachine | undefined {
    return this.table.get(keyOfName(name));
  }

  /** Whether what was observed at `seenMs` is from before the machine was retired. */
  hides(name: MachineName, seenMs: number): boolean {
    const row = this.get(name);
    return row !== undefined && !row.isBack && seenMs <= row.atMs;
  }

  put(row: RetiredMachine): void {
    this.byTarget = null;
    this.table.put(keyOfName(row.state), row);
  }

  /** Notes that a machine is in use again. Returns what it was; undefined if it was not retired. */
  returned(name: MachineName): RetiredMachine | undefined {
    const row = this.get(name);
    if (!row || row.isBack) return undefined;
    this.byTarget = null;
    if (renamesOf(row).length > 0) this.table.put(keyOfName(name), { ...row, isBack: true });
    else this.table.remove(keyOfName(name));
    return row;
  }

  /** Takes a rename back: `name` has the history again that led to `target`. */
  undo(name: MachineName, target: MachineName): void {
    this.byTarget = null;
    const row = this.get(name);
    const others = row?.earlier?.filter(
      ({ into, atMs }) => keyOfName(into) !== keyOfName(target) && !this.leadsTo(into, target, atMs),
    );
    if (!row || !others || others.length === 0) this.table.remove(keyOfName(name));
    else
      this.table.put(keyOfName(name), { ...row, why: 'retired', into: null, isBack: true, earlier: others });
  }

  /**
   * Whether `name` was renamed to `target`, over however many renames, one after the other: that which a name was renamed to before
   * the machine got it concerns another machine. @param sinceMs when the machine had got `name`; if absent, its latest rename counts
   */
  leadsTo(name: MachineName, target: MachineName, sinceMs?: number): boolean {
    const row = this.get(name);
    let next = sinceMs === undefined ? latestOf(row) : firstSince(row, sinceMs);
    const seen = new Set<string>();
    while (next) {
      const key = keyOfName(next.into);
      if (key === keyOfName(target)) return true;
      if (seen.has(key)) return false;
      seen.add(key);
      next = firstSince(this.get(next.into), next.atMs);
    }
    return false;
  }

  /** Removes those beyond the limit, the oldest of the least important first. */
  evict(): void {
    const over = this.table.size - this.countMax;
    if (over <= 0) return;
    this.byTarget = null;
    const rows = this.all().sort((a, b) => orderOf(a) - orderOf(b) || a.atMs - b.atMs);
    for (const { state } of rows.slice(0, over)) this.table.remove(keyOfName(state));
  }

  ownSinceMs(name: MachineName): number | null {
    const row = this.get(name);
    if (!row) return null;
    const before = row.into && !row.isBack ? row.earlier : renamesOf(row);
    return before?.at(-1)?.atMs ?? null;
  }

  formerNames(name: MachineName): FormerName[] {
    const found = new Map<string, FormerName>();
    const own = { name, afterMs: this.ownSinceMs(name) ?? Number.NEGATIVE_INFINITY };
    const open = [{ ...own, untilMs: Number.POSITIVE_INFINITY }];
    for (let next = open.shift(); next && found.size < formerNamesMax; next = open.shift()) {
      for (const former of this.byTargetOf(next.name)) {
        const { untilMs, afterMs = Number.NEGATIVE_INFINITY } = former;
        const key = `${keyOfName(former)} ${afterMs}`;
        if (found.has(key)) continue;
        // Under its present name, what it had before others had that name.
        if (keyOfName(former) === keyOfName(name) && untilMs > own.afterMs) continue;
        // One that was renamed before or after belongs to another machine that had this name.
        if (untilMs <= next.afterMs || untilMs > next.untilMs) continue;
        found.set(key, former);
        open.push({ name: former, afterMs, untilMs });
      }
    }
    return [...found.values()].sort((a, b) => b.untilMs - a.untilMs);
  }

  private byTargetOf(name: MachineName): FormerName[] {
    this.byTarget ??= this.indexed();
    return this.byTarget.get(keyOfName(name)) ?? [];
  }

  private indexed(): Map<string, FormerName[]> {
    const index = new Map<string, FormerName[]>();
    for (const row of this.table.values()) {
      const { gateway, site, machine, machineType } = row.state;
      let after: { afterMs?: number } = {};
      for (const { into, atMs } of renamesOf(row)) {
        const names = index.get(keyOfName(into)) ?? [];
        names.push({ gateway, site, machine, machineType, ...after, untilMs: atMs });
        index.set(keyOfName(into), names);
        after = { afterMs: atMs };
      }
    }
    return index;
  }
}

/** All renames of machines that had this name, oldest first. */
export function renamesOf({ earlier = [], into, atMs }: RetiredMachine): readonly Rename[] {
  return into ? [...earlier, { into, atMs }] : earlier;
}

function latestOf(row: RetiredMachine | undefined): Rename | undefined {
  return row?.into ? { into: row.into, atMs: row.atMs } : undefined;
}

function firstSince(row: RetiredMachine | undefined, sinceMs: number): Rename | undefined {
  return row && renamesOf(row).find(({ atMs }) => atMs >= sinceMs);
}

function orderOf(row: RetiredMachine): number {
  return renamesOf(row).length > 0 ? order.renamed : order[row.why];
}

export function keyOfName({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}

/** Notes that a machine is listed again, or for the first time. Returns what it was if it was retired, and says so. */
export function sayReturned(retired: RetiredTable, name: MachineName, log: Log): RetiredMachine | undefined {
  retired.gatewayReturned(name.gateway);
  const was = retired.returned(name);
  if (was) {
    const { why, atMs, into } = was;
    const machine = `${name.site}/${name.machine}`;
    const renamed = into && { renamedTo: `${into.site}/${into.machine}` };
    log.warn(
      { gateway: name.gateway, machine, why, ...renamed, retiredAt: new Date(atMs).toISOString() },
      'a machine that was taken out of the list is heard again, and is listed again',
    );
  }
  return was;
}
