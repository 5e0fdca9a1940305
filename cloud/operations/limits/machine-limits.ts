import { Quotas } from '../../../shared/bounds/quotas.ts';
import type { MachineLimitsSet } from '../../../shared/contract/events.ts';
import type { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import type { MachineLimits } from '../../ports/machines.ts';
import type { Place } from '../../ports/operations.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';
import { isBehind } from '../machines/place.ts';

/** When its gateway told it, by its clock, and where in its journal. */
interface Said {
  atMs: number;
  place?: Place | undefined;
}

interface Row extends Said {
  limits: Record<string, OwnLimits>;
}

/**
 * The limits that gateways have set for single machines. Change it only inside a transaction. Gateways share `machinesMax`
 * (see Quotas); of further machines, limits are not kept, and charts show those of the type. A machine that is retired keeps
 * its limits, as it may come back; one that is deleted does not.
 */
export class MachineLimitsTable implements MachineLimits {
  private readonly table: CachedTable<Row>;
  private readonly machinesMax: number;
  /** Machines with a row, by gateway. */
  private quotas: Quotas;

  constructor(store: Store, machinesMax: number) {
    this.table = new CachedTable(store, 'machine-limits');
    this.machinesMax = machinesMax;
    this.quotas = this.counted();
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.quotas = this.counted();
  }

  of(name: MachineName): ReadonlyMap<string, OwnLimits> {
    return new Map(Object.entries(this.table.get(keyOf(name))?.limits ?? {}));
  }

  /** An event may arrive again after a later one. A machine without limits keeps its row, which says since when. */
  set(gateway: string, { site, machine, limits }: MachineLimitsSet, said: Said): void {
    const name = { gateway, site, machine };
    const row = this.table.get(keyOf(name));
    const isLater = row
      ? isBehind(said.place, row.place) || row.atMs < said.atMs
      : this.quotas.admits(gateway);
    if (isLater) this.put(name, { ...said, limits });
  }

  /** Gives the limits of a machine that was renamed to its new name, unless that one has its own already. */
  move(from: MachineName, to: MachineName): void {
    const row = this.table.get(keyOf(from));
    if (!row) return;
    this.remove(from);
    if (!this.table.get(keyOf(to))) this.put(to, row);
  }

  remove(name: MachineName): void {
    if (!this.table.get(keyOf(name))) return;
    this.table.remove(keyOf(name));
    this.quotas.remove(name.gateway);
  }

  /** Removes those of machines of a gateway, which are named as `site/machine`. */
  removeOf(gateway: string, isMeant: (machine: string) => boolean): void {
    for (const [key] of [...this.table.entries()]) {
      if (!key.startsWith(`${gateway}/`) || !isMeant(key.slice(gateway.length + 1))) continue;
      this.table.remove(key);
      this.quotas.remove(gateway);
    }
  }

  private put(name: MachineName, row: Row): void {
    if (!this.table.get(keyOf(name))) this.quotas.add(name.gateway);
    this.table.put(keyOf(name), row);
  }

  private counted(): Quotas {
    const quotas = new Quotas(this.machinesMax);
    for (const [key] of this.table.entries()) quotas.add(key.slice(0, key.indexOf('/')));
    return quotas;
  }
}

function keyOf({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
