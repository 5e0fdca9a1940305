/**
 * Machines and gateways that are taken out of the lists (cloud/operations/retired). Here: the table of those that were.
 * retirement.ts takes them out; the telemetry store's part of it is cloud/decommissioning.ts.
 */
import type {
  FormerName,
  MachineName,
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
  private readonly countMax: number;
  private byTarget: Map<string, RetiredMachine[]> | null = null;

  constructor(store: Store, countMax: number) {
    this.table = new CachedTable(store, 'retired');
    this.countMax = countMax;
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.byTarget = null;
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
    if (row.why === 'renamed') this.table.put(keyOfName(name), { ...row, isBack: true });
    else this.table.remove(keyOfName(name));
    return row;
  }

  remove(name: MachineName): void {
    this.byTarget = null;
    this.table.remove(keyOfName(name));
  }

  /** Whether `name` was renamed to `target`, over however many renames. */
  leadsTo(name: MachineName, target: MachineName): boolean {
    const seen = new Set<string>();
    for (let row = this.get(name); row?.into; row = this.get(row.into)) {
      const key = keyOfName(row.into);
      if (key === keyOfName(target)) return true;
      if (seen.has(key)) return false;
      seen.add(key);
    }
    return false;
  }

  /** Removes those beyond the limit, the oldest of the least important first. */
  evict(): void {
    const over = this.table.size - this.countMax;
    if (over <= 0) return;
    this.byTarget = null;
    const rows = this.all().sort((a, b) => order[a.why] - order[b.why] || a.atMs - b.atMs);
    for (const { state } of rows.slice(0, over)) this.table.remove(keyOfName(state));
  }

  formerNames(name: MachineName): FormerName[] {
    const found = new Map<string, FormerName>();
    const open: { name: MachineName; untilMs: number }[] = [{ name, untilMs: Number.POSITIVE_INFINITY }];
    for (let next = open.shift(); next && found.size < formerNamesMax; next = open.shift()) {
      for (const { state, atMs } of this.renamedTo(next.name)) {
        const key = keyOfName(state);
        if (found.has(key) || key === keyOfName(name)) continue;
        const { gateway, site, machine, machineType } = state;
        const untilMs = Math.min(atMs, next.untilMs);
        found.set(key, { gateway, site, machine, machineType, untilMs });
        open.push({ name: state, untilMs });
      }
    }
    return [...found.values()].sort((a, b) => b.untilMs - a.untilMs);
  }

  private renamedTo(name: MachineName): RetiredMachine[] {
    this.byTarget ??= this.indexed();
    return this.byTarget.get(keyOfName(name)) ?? [];
  }

  private indexed(): Map<string, RetiredMachine[]> {
    const index = new Map<string, RetiredMachine[]>();
    for (const row of this.table.values()) {
      if (!row.into) continue;
      const key = keyOfName(row.into);
      const rows = index.get(key) ?? [];
      rows.push(row);
      index.set(key, rows);
    }
    return index;
  }
}

export function keyOfName({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
