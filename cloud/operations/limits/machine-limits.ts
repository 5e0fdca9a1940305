import type { MachineLimitsSet } from '../../../shared/contract/events.ts';
import type { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import type { MachineLimits } from '../../ports/machines.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

interface Row {
  atMs: number;
  limits: Record<string, OwnLimits>;
}

/**
 * The limits that gateways have set for single machines. Change it only inside a transaction. Of further machines than
 * `machinesMax`, limits are not kept: charts then show those of the type.
 */
export class MachineLimitsTable implements MachineLimits {
  private readonly table: CachedTable<Row>;
  private readonly machinesMax: number;

  constructor(store: Store, machinesMax: number) {
    this.table = new CachedTable(store, 'machine-limits');
    this.machinesMax = machinesMax;
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
  }

  of(name: MachineName): ReadonlyMap<string, OwnLimits> {
    return new Map(Object.entries(this.table.get(keyOf(name))?.limits ?? {}));
  }

  /** An event may arrive again after a later one. A machine without limits keeps its row, which says since when. */
  set(gateway: string, { site, machine, limits }: MachineLimitsSet, atMs: number): void {
    const key = keyOf({ gateway, site, machine });
    const row = this.table.get(key);
    if (row ? row.atMs >= atMs : this.table.size >= this.machinesMax) return;
    this.table.put(key, { atMs, limits });
  }
}

function keyOf({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
