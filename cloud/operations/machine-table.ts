import type { MachineRef } from '../../shared/contract/events.ts';
import type { MachineState } from '../ports/machines.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';

interface Row {
  state: MachineState;
  /** Time of the estimate in `state`: an older estimate does not replace it. */
  estimateMs: number;
  /** The same for the condition. */
  conditionMs: number;
  /** `lastSeenMs` as it is on disk. */
  storedSeenMs: number;
}

/** How outdated `lastSeenMs` may be after a crash. It changes with every reading, which is too often for the disk. */
const seenStaleMsMax = 10_000;

/** How far a time may be ahead of this computer's clock and still be believed. */
const aheadMsMax = 10 * 60_000;

/**
 * The newest state of every machine. Change it only inside a transaction.
 *
 * What is newer is decided by the times of gateways and devices, and one of them may say 2038. A time that is too far
 * ahead counts as the time of its arrival, and one that is on disk already as unknown, so that it outdates nothing that
 * comes after it.
 */
export class MachineTable {
  readonly table: CachedTable<Row>;
  private readonly machinesMax: number;
  private readonly nowMs: () => number;

  constructor(store: Store, { machinesMax, nowMs }: { machinesMax: number; nowMs(): number }) {
    this.table = new CachedTable(store, 'machines');
    this.machinesMax = machinesMax;
    this.nowMs = nowMs;
  }

  all(): MachineState[] {
    return [...this.table.values()].map((row) => this.believed(row).state);
  }

  /** Records a state that was observed at `update.lastSeenMs`. Returns null if the table is full. */
  observe(gateway: string, update: Partial<MachineState>): MachineState | null {
    const { site, machine } = update;
    const lastSeenMs = this.arrived(update.lastSeenMs ?? 0);
    if (site === undefined || machine === undefined) return null;
    const row = this.rowOf(gateway, { site, machine, machineType: update.machineType ?? '' });
    if (!row) return null;
    const newer = update.health !== undefined && lastSeenMs >= row.estimateMs;
    const { state } = row;
    const next: Row = {
      ...row,
      estimateMs: newer ? lastSeenMs : row.estimateMs,
      state: {
        ...state,
        machineType: update.machineType ?? state.machineType,
        lastSeenMs: Math.max(state.lastSeenMs, lastSeenMs),
        ...(newer && {
          health: update.health ?? null,
          anomaly: update.anomaly ?? null,
          remainingLife: update.remainingLife ?? null,
          source: update.source ?? null,
        }),
      },
    };
    const worthStoring = newer || next.state.lastSeenMs - row.storedSeenMs >= seenStaleMsMax;
    return worthStoring ? this.store(next) : this.keepInMemory(next);
  }

  /** A failed machine stays failed until it is replaced. The estimate of the old machine is dropped then. */
  setCondition(
    gateway: string,
    ref: MachineRef,
    condition: MachineState['condition'],
    saidMs: number,
  ): MachineState | null {
    const atMs = this.arrived(saidMs);
    const row = this.rowOf(gateway, ref);
    if (!row || atMs < row.conditionMs) return null;
    const forgotten = { health: null, anomaly: null, remainingLife: null, source: null };
    return this.store({
      ...row,
      conditionMs: atMs,
      estimateMs: condition === 'running' ? Math.max(atMs, row.estimateMs) : row.estimateMs,
      state: { ...row.state, condition, ...(condition === 'running' && forgotten) },
    });
  }

  setOpenAlerts(gateway: string, ref: MachineRef, openAlerts: number): MachineState | null {
    const row = this.rowOf(gateway, ref);
    return row && this.store({ ...row, state: { ...row.state, openAlerts } });
  }

  private rowOf(gateway: string, ref: MachineRef): Row | null {
    const row = this.table.get(rowKey(gateway, ref));
    if (row) return this.believed(row);
    if (this.table.size >= this.machinesMax) return null;
    return {
      state: blankState(gateway, ref),
      estimateMs: 0,
      conditionMs: 0,
      storedSeenMs: Number.NEGATIVE_INFINITY,
    };
  }

  private arrived(saidMs: number): number {
    const nowMs = this.nowMs();
    return saidMs > nowMs + aheadMsMax ? nowMs : saidMs;
  }

  /** Returns the row without its times that are too far ahead. */
  private believed(row: Row): Row {
    const latestMs = this.nowMs() + aheadMsMax;
    const { estimateMs, conditionMs, storedSeenMs, state } = row;
    if (Math.max(estimateMs, conditionMs, storedSeenMs, state.lastSeenMs) <= latestMs) return row;
    const known = (ms: number) => (ms > latestMs ? 0 : ms);
    return {
      estimateMs: known(estimateMs),
      conditionMs: known(conditionMs),
      storedSeenMs: known(storedSeenMs),
      state: { ...state, lastSeenMs: known(state.lastSeenMs) },
    };
  }

  private store(row: Row): MachineState {
    this.table.put(rowKey(row.state.gateway, row.state), { ...row, storedSeenMs: row.state.lastSeenMs });
    return row.state;
  }

  private keepInMemory(row: Row): MachineState {
    this.table.touch(rowKey(row.state.gateway, row.state), row);
    return row.state;
  }
}

function rowKey(gateway: string, ref: { site: string; machine: string }): string {
  return `${gateway}/${ref.site}/${ref.machine}`;
}

function blankState(gateway: string, ref: MachineRef): MachineState {
  return {
    gateway,
    ...ref,
    lastSeenMs: 0,
    health: null,
    anomaly: null,
    remainingLife: null,
    source: null,
    condition: 'running',
    openAlerts: 0,
  };
}
