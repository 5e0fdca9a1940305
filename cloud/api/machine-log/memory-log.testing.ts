import type { LogEntry, MachineLog } from '../../ports/machine-log/machine-log.ts';

/** A maintenance log of which nothing follows. */
export function createMemoryLog(): MachineLog {
  const entries: LogEntry[] = [];
  return {
    all: () => entries,
    of: ({ gateway, site, machine }) =>
      entries.filter((each) => each.gateway === gateway && each.site === site && each.machine === machine),
    async add({ outcome: _, ...entry }) {
      entries.unshift({ ...entry, writtenMs: entry.atMs });
      return { entry: entries[0]!, ended: [], said: [] };
    },
  };
}
