import type { LogEntry } from '../../ports/machine-log/machine-log.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import { keyOf, type Store } from '../database.ts';

/** Limits of one machine and of all, beyond which the oldest go. */
export const logLimits = { ofMachineMax: 500, entriesMax: 100_000 } as const;
/** Above the limit so many are removed at once, because it takes time to find out which. */
const removedPart = 0.01;

/** Entries of the maintenance log, by machine. Change it only inside a transaction. */
export class LogTable {
  private readonly table: CachedTable<LogEntry>;
  private byMachine = new Map<string, Map<string, LogEntry>>();

  constructor(store: Store) {
    this.table = new CachedTable(store, 'machine-log');
    this.index();
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.index();
  }

  all(): Iterable<LogEntry> {
    return this.table.values();
  }

  get(entryId: string): LogEntry | undefined {
    return this.table.get(keyOf(entryId));
  }

  of(name: MachineName): LogEntry[] {
    const found = this.byMachine.get(machineKey(name));
    return [...(found?.values() ?? [])].sort((a, b) => b.atMs - a.atMs);
  }

  put(entry: LogEntry): void {
    this.table.put(keyOf(entry.entryId), entry);
    this.list(entry);
    const ofMachine = this.of(entry);
    if (ofMachine.length > logLimits.ofMachineMax) this.drop(ofMachine.at(-1)!);
    if (this.table.size > logLimits.entriesMax) this.evict();
  }

  /** Gives those of a machine to another name of it. */
  move(from: MachineName, { gateway, site, machine }: MachineName): void {
    for (const entry of this.of(from)) {
      this.drop(entry);
      this.put({ ...entry, gateway, site, machine });
    }
  }

  /** Removes those of a machine that are of a time. */
  remove(name: MachineName, isMeant: (at: string) => boolean): void {
    for (const entry of this.of(name)) if (isMeant(new Date(entry.atMs).toISOString())) this.drop(entry);
  }

  private drop(entry: LogEntry): void {
    this.table.remove(keyOf(entry.entryId));
    this.byMachine.get(machineKey(entry))?.delete(entry.entryId);
  }

  private evict(): void {
    const count = Math.ceil(logLimits.entriesMax * removedPart);
    const oldest = [...this.table.values()].sort((a, b) => a.writtenMs - b.writtenMs).slice(0, count);
    for (const entry of oldest) this.drop(entry);
  }

  private index(): void {
    this.byMachine = new Map();
    for (const entry of this.table.values()) this.list(entry);
  }

  private list(entry: LogEntry): void {
    const key = machineKey(entry);
    const entries = this.byMachine.get(key);
    if (entries) entries.set(entry.entryId, entry);
    else this.byMachine.set(key, new Map([[entry.entryId, entry]]));
  }
}

function machineKey({ gateway, site, machine }: MachineName): string {
  return `${gateway}/${site}/${machine}`;
}
