import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import type { ComparedAt } from '../../ports/fleet/fleet.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

/** Trials of one gateway that are kept; beyond it the one that was told of longest ago is forgotten. */
const ofGatewayMax = 200;

/** Figures that gateways have told of versions of models that are tried. Change it only inside a transaction. */
export class TrialTable {
  private readonly table: CachedTable<ComparedAt>;

  constructor(store: Store) {
    this.table = new CachedTable(store, 'fleet.trials');
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
  }

  all(): ComparedAt[] {
    return [...this.table.values()];
  }

  /** Figures count from the begin of a trial, so the latest of each say all. */
  set(gateway: string, figures: ModelsCompared): void {
    const key = keyOf(gateway, figures);
    const known = this.table.get(key);
    if (known && known.figures.to >= figures.to) return;
    if (!known) this.makeRoom(gateway);
    this.table.put(key, { gateway, figures });
  }

  private makeRoom(gateway: string): void {
    const own = [...this.table.entries()].filter(([, row]) => row.gateway === gateway);
    if (own.length < ofGatewayMax) return;
    const [oldest] = own.sort(([, a], [, b]) => (a.figures.to < b.figures.to ? -1 : 1));
    if (oldest) this.table.remove(oldest[0]);
  }
}

function keyOf(gateway: string, { role, machineType, candidate, against, since }: ModelsCompared): string {
  return `${gateway} ${role} ${machineType} ${candidate} ${against} ${since}`;
}
