import { Shares } from '../../../shared/bounds/shares.ts';
import type { Outcome } from '../../ports/outcomes/outcomes.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import { keyOf, type Store } from '../database.ts';
import type { AddedBefore, AgedList } from '../record-ages.ts';
import { personsWord } from './infer.ts';

interface Row {
  outcome: Outcome;
  /** Ms since 1970. */
  addedMs: number;
}

export interface OutcomeTableOptions {
  outcomesMax: number;
  /** The time of one that is added now. */
  stampMs(): number;
}

/** Limit for one machine, beyond which the oldest go: a sensor at the edge of its limit must not push out what people have said of others. */
export const ofMachineMax = 200;
/** Above the limit so many are removed at once, because it takes time to find out which. */
const removedPart = 0.01;

/** Outcomes, by machine too. Change it only inside a transaction. */
export class OutcomeTable implements AgedList {
  private readonly table: CachedTable<Row>;
  private readonly options: OutcomeTableOptions;
  /** Keys of a machine's, in the order in which they were added, and by their own names. */
  private byMachine = new Map<string, Set<string>>();
  private byId = new Map<string, Set<string>>();

  constructor(store: Store, options: OutcomeTableOptions) {
    this.table = new CachedTable(store, 'outcomes');
    this.options = options;
    this.index();
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.index();
  }

  get(gateway: string, id: string): Outcome | undefined {
    return this.table.get(rowKey(gateway, id))?.outcome;
  }

  *all(): Generator<Outcome> {
    for (const { outcome } of this.table.values()) yield outcome;
  }

  named(id: string): Outcome[] {
    return this.listed(this.byId.get(id));
  }

  ofMachine(name: MachineName): Outcome[] {
    return this.listed(this.byMachine.get(machineKey(name)));
  }

  put(outcome: Outcome): void {
    const key = rowKey(outcome.gateway, outcome.id);
    const known = this.table.get(key);
    this.table.put(key, { outcome, addedMs: known?.addedMs ?? this.options.stampMs() });
    if (known) return;
    this.list(key, outcome);
    const ofMachine = this.ofMachine(outcome);
    if (ofMachine.length > ofMachineMax) this.remove(firstToGo(ofMachine));
    if (this.table.size > this.options.outcomesMax) this.evict();
  }

  remove({ gateway, id }: Outcome): void {
    const key = rowKey(gateway, id);
    const row = this.table.get(key);
    if (!row) return;
    this.table.remove(key);
    unlist(this.byMachine, machineKey(row.outcome), key);
    unlist(this.byId, row.outcome.id, key);
  }

  /** Gives those of a machine to another name of it. */
  move(from: MachineName, to: MachineName): void {
    const { gateway, site, machine } = to;
    for (const outcome of this.ofMachine(from)) {
      this.remove(outcome);
      this.put({ ...outcome, gateway, site, machine });
    }
  }

  /** Returns none of open alerts, which have no age. */
  *old({ beforeMs }: AddedBefore): Generator<() => void> {
    for (const { outcome, addedMs } of [...this.table.values()])
      if (addedMs < beforeMs && !isOpen(outcome)) yield () => this.remove(outcome);
  }

  private listed(keys: Iterable<string> = []): Outcome[] {
    return [...keys].flatMap((key) => this.table.get(key)?.outcome ?? []);
  }

  private index(): void {
    this.byMachine = new Map();
    this.byId = new Map();
    for (const [key, { outcome }] of this.table.entries()) this.list(key, outcome);
  }

  private list(key: string, outcome: Outcome): void {
    add(this.byMachine, machineKey(outcome), key);
    add(this.byId, outcome.id, key);
  }

  /** Removes the oldest of the gateway that has most. */
  private evict(): void {
    const { outcomesMax } = this.options;
    const rows = [...this.table.values()].sort((a, b) => a.addedMs - b.addedMs);
    const shares = new Shares(1);
    for (const [i, { outcome }] of rows.entries()) shares.add([outcome.gateway], i + 1, 0);
    const left = outcomesMax - Math.floor(outcomesMax * removedPart);
    while (shares.count > left) {
      const id = shares.oldestOfLargest('count') ?? 1;
      const { outcome } = rows[id - 1]!;
      shares.remove([outcome.gateway], id, 0);
      this.remove(outcome);
    }
  }
}

export function beganMs(outcome: Outcome): number {
  return Date.parse(outcome.kind === 'warning' ? outcome.openedAt : outcome.failedAt);
}

/** The oldest of which no person has said anything; else the oldest. */
function firstToGo(outcomes: readonly Outcome[]): Outcome {
  const oldest = outcomes.toSorted((a, b) => beganMs(a) - beganMs(b));
  return oldest.find((each) => !isOpen(each) && !personsWord(each)) ?? oldest[0]!;
}

function isOpen(outcome: Outcome): boolean {
  return outcome.kind === 'warning' && outcome.endedAt === null;
}

function add(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  if (keys) keys.add(key);
  else index.set(name, new Set([key]));
}

function unlist(index: Map<string, Set<string>>, name: string, key: string): void {
  const keys = index.get(name);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(name);
}

function rowKey(gateway: string, id: string): string {
  return `${gateway}/${keyOf(id)}`;
}

function machineKey({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
