import { Quotas } from '../../shared/bounds/quotas.ts';
import type { MachineRef } from '../../shared/contract/events.ts';
import type { MachineState } from '../ports/machines.ts';
import type { Place } from '../ports/operations.ts';
import type { MachineName, RetiredMachine } from '../ports/retired/retired.ts';
import { CachedTable } from './cached-table.ts';
import type { Store } from './database.ts';
import { blankState, rowKey } from './machines/blank-state.ts';
import { aheadMsMax, believed, type Row } from './machines/machine-row.ts';
import { forget, formerName, renamedTo } from './machines/marks.ts';
import { heardNow, judgedNow, restAfter, unjudgedNow } from './machines/observed.ts';
import { isBehind, isLater } from './machines/place.ts';

export interface MachineTableOptions {
  /** How many machines one gateway may have, see Quotas. */
  machinesMax: number;
  nowMs(): number;
  /** When a gateway came back after it was lost, ms since 1970: what was known before is outdated. Null if it never was. */
  backMs?(gateway: string): number | null;
  /** Whether a machine that is not listed was retired after `seenMs`: what was observed then does not list it again. */
  isRetired?(name: MachineName, seenMs: number): boolean;
  /** Called for a machine that is listed for the first time, or again; returns what it was, if it was retired. */
  returned?(name: MachineName): Pick<RetiredMachine, 'into'> | undefined;
  /** How many alerts of a machine are open; absent: as many as were counted last. */
  openAlerts?(name: MachineName): number;
  /** Called when a gateway gets no more machines. */
  refused?(gateway: string): void;
}

/** How outdated the times of a machine may be after a crash. They change with every reading, which is too often for the disk. */
const seenStaleMsMax = 10_000;

/**
 * The newest state of every machine. Change it only inside a transaction.
 *
 * Gateways and devices say by their times which state is newer, and one of them may say 2038. A time that is too far
 * ahead counts as the time of its arrival, and one that is on disk already as unknown, so that it outdates nothing that
 * comes after it.
 */
export class MachineTable {
  private readonly table: CachedTable<Row>;
  private readonly options: MachineTableOptions;
  /** Machines by gateway. */
  private quotas: Quotas;

  constructor(store: Store, options: MachineTableOptions) {
    this.table = new CachedTable(store, 'machines');
    this.options = options;
    this.quotas = this.counted();
  }

  /** Rereads what is in memory, after a failed transaction. */
  reload(): void {
    this.table.reload();
    this.quotas = this.counted();
  }

  all(): MachineState[] {
    return [...this.table.values()].map((row) => this.shown(row));
  }

  has(name: MachineName): boolean {
    return this.get(name) !== null;
  }

  get({ gateway, site, machine }: MachineName): MachineState | null {
    const row = this.table.get(rowKey(gateway, { site, machine }));
    return row ? this.shown(row) : null;
  }

  /** Whether a machine was retired and has not been heard since. */
  isHidden(gateway: string, { site, machine }: { site: string; machine: string }, saidMs: number): boolean {
    const name = { gateway, site, machine };
    return !this.has(name) && (this.options.isRetired?.(name, this.arrived(saidMs)) ?? false);
  }

  /** Takes a machine out of the list and returns its state; null if it is not there. */
  remove({ gateway, site, machine }: MachineName): MachineState | null {
    const key = rowKey(gateway, { site, machine });
    const row = this.table.get(key);
    if (!row) return null;
    this.table.remove(key);
    this.quotas.remove(gateway);
    return believed(row, this.options.nowMs()).state;
  }

  /** Lists a machine that was renamed: with the state it had, if the new name is not listed yet. */
  takeOver({ gateway, site, machine }: MachineName, former: MachineState, openAlerts: number): MachineState {
    const row = this.table.get(rowKey(gateway, { site, machine }));
    if (row) return this.store({ ...row, state: { ...row.state, openAlerts } });
    const { returnedMs: _, renamedTo: _to, ...known } = former;
    const was = { renamedFrom: formerName(former, gateway), renamedMs: this.options.nowMs() };
    const state = { ...known, ...was, gateway, site, machine, openAlerts };
    return this.store({ state, estimateMs: 0, conditionMs: 0, storedSeenMs: Number.NEGATIVE_INFINITY });
  }

  /**
   * Records a state that was observed at `update.lastSeenMs`. Returns null if the gateway has too many machines.
   * @param isHeard false: an event about the machine, which does not show that it was heard, or judged, now
   * @param place of estimates; absent: not known
   */
  observe(
    gateway: string,
    update: Partial<MachineState>,
    isHeard = true,
    place?: Place,
  ): MachineState | null {
    const { site, machine } = update;
    const lastSeenMs = this.arrived(update.lastSeenMs ?? 0);
    if (site === undefined || machine === undefined) return null;
    const ref = { site, machine, machineType: update.machineType ?? '' };
    const row = this.rowOf(gateway, ref, lastSeenMs);
    if (!row) return null;
    const isNew = (atMs: number) =>
      isLater(place, lastSeenMs, row.estimatePlace, atMs) && lastSeenMs >= (row.replacedMs ?? lastSeenMs);
    const newer = update.health !== undefined && isNew(row.estimateMs);
    const { state } = row;
    const isNewRest = update.rest !== undefined && isNew(state.rest?.saidMs ?? row.estimateMs);
    const nowMs = this.options.nowMs();
    const backMs = this.options.backMs?.(gateway) ?? Number.NEGATIVE_INFINITY;
    const seen: MachineState = {
      ...state,
      machineType: update.machineType ?? state.machineType,
      lastSeenMs: state.lastSeenMs || lastSeenMs,
    };
    // Written one by one, because most readings change few of them.
    if (isHeard) {
      Object.assign(seen, heardNow(state, lastSeenMs, { nowMs, backMs }));
      forget(seen, 'renamedFrom', 'renamedMs');
    }
    // An alert may arrive before the readings that it is about, of which nothing is known yet.
    else if (state.lastSeenMs === 0) seen.heardMs = nowMs;
    if (isNewRest) {
      seen.rest = restAfter(state.rest, update.rest);
      if (update.settlesToMs !== undefined)
        Object.assign(seen, { settlesToMs: update.settlesToMs, settlesSinceMs: lastSeenMs });
      if (update.runningS !== undefined) seen.runningS = update.runningS;
    }
    if (newer) {
      if (update.evidence) seen.evidence = update.evidence;
      seen.health = update.health ?? null;
      seen.anomaly = update.anomaly ?? null;
      seen.remainingLife = update.remainingLife ?? null;
      seen.source = update.source ?? null;
      seen.estimateMs = lastSeenMs;
      if (update.source !== undefined) {
        if (update.estimator) seen.estimator = update.estimator;
        else forget(seen, 'estimator');
      }
      if (isHeard) Object.assign(seen, judgedNow(state, seen, { nowMs, backMs }));
      forget(seen, 'unjudgedMs', 'settlesToMs', 'settlesSinceMs');
    } else if (isHeard) Object.assign(seen, unjudgedNow(state, lastSeenMs, nowMs));
    const next: Row = { ...row, estimateMs: newer ? lastSeenMs : row.estimateMs, state: seen };
    if (place && (newer || isNewRest)) next.estimatePlace = place;
    const restChanges = isNewRest && (update.rest === null) === Boolean(state.rest);
    const { storedSeenMs, storedHeardMs = Number.NEGATIVE_INFINITY } = row;
    const worthStoring =
      newer ||
      restChanges ||
      Math.abs(next.state.lastSeenMs - storedSeenMs) >= seenStaleMsMax ||
      (next.state.heardMs ?? storedHeardMs) - storedHeardMs >= seenStaleMsMax;
    return worthStoring ? this.store(next) : this.keepInMemory(next);
  }

  /** A failed machine stays failed until it is replaced. The estimate of the old machine is dropped then. */
  setCondition(
    gateway: string,
    ref: MachineRef,
    condition: MachineState['condition'],
    said: { atMs: number; place?: Place | undefined },
  ): MachineState | null {
    const atMs = this.arrived(said.atMs);
    const row = this.rowOf(gateway, ref, atMs);
    if (!row || (atMs < row.conditionMs && !isBehind(said.place, row.conditionPlace))) return null;
    const {
      evidence: _,
      judgedMs: _judged,
      judgedSinceMs: _since,
      estimateMs: _estimate,
      unjudgedMs: _unjudged,
      estimator: _estimator,
      ...rest
    } = row.state;
    const forgotten = { health: null, anomaly: null, remainingLife: null, source: null };
    return this.store({
      ...row,
      ...{ conditionMs: atMs, conditionPlace: said.place },
      ...(condition === 'running' && { replacedMs: Math.min(atMs, this.options.nowMs()) }),
      estimateMs: condition === 'running' ? Math.max(atMs, row.estimateMs) : row.estimateMs,
      state: {
        ...(condition === 'running' ? { ...rest, ...forgotten } : row.state),
        condition,
        conditionMs: atMs,
      },
    });
  }

  /** Its gateway says that sensors of it send what they cannot have, now. */
  noteBadValues(name: MachineName): MachineState | null {
    const row = this.table.get(rowKey(name.gateway, name));
    const now = { badValuesMs: this.options.nowMs() };
    return row ? this.keepInMemory({ ...row, state: { ...row.state, ...now } }) : null;
  }

  /** Counts the open alerts of a machine anew. One that is not listed is not listed by that. */
  setOpenAlerts(name: MachineName, openAlerts: number): MachineState | null {
    const row = this.table.get(rowKey(name.gateway, name));
    if (!row) return null;
    const isCalm = row.state.openAlerts > 0 && openAlerts === 0;
    const calm = isCalm ? { calmMs: this.options.nowMs() } : {};
    return this.store({ ...row, state: { ...row.state, openAlerts, ...calm } });
  }

  /** `seenMs`: when what is to be recorded was observed. */
  private rowOf(gateway: string, ref: MachineRef, seenMs: number): Row | null {
    const row = this.table.get(rowKey(gateway, ref));
    if (row) return believed(row, this.options.nowMs());
    const name = { gateway, site: ref.site, machine: ref.machine };
    if (this.options.isRetired?.(name, seenMs)) return null;
    if (!this.quotas.admits(gateway)) {
      this.options.refused?.(gateway);
      return null;
    }
    const was = this.options.returned?.(name);
    const returned = was ? { returnedMs: this.options.nowMs(), ...renamedTo(was) } : {};
    return {
      state: { ...blankState(gateway, ref), ...returned },
      estimateMs: 0,
      conditionMs: 0,
      storedSeenMs: Number.NEGATIVE_INFINITY,
    };
  }

  /** Alerts are counted where they are kept. */
  private shown(row: Row): MachineState {
    const { state } = believed(row, this.options.nowMs());
    const openAlerts = this.options.openAlerts?.(state) ?? state.openAlerts;
    return openAlerts === state.openAlerts ? state : { ...state, openAlerts };
  }

  private arrived(saidMs: number): number {
    const nowMs = this.options.nowMs();
    return saidMs > nowMs + aheadMsMax ? nowMs : saidMs;
  }

  private store(row: Row): MachineState {
    const key = this.countedKey(row);
    const { lastSeenMs, heardMs } = row.state;
    this.table.put(key, {
      ...row,
      storedSeenMs: lastSeenMs,
      ...(heardMs !== undefined && { storedHeardMs: heardMs }),
    });
    return row.state;
  }

  private keepInMemory(row: Row): MachineState {
    this.table.touch(this.countedKey(row), row);
    return row.state;
  }

  private countedKey({ state }: Row): string {
    const key = rowKey(state.gateway, state);
    if (this.table.get(key) === undefined) this.quotas.add(state.gateway);
    return key;
  }

  private counted(): Quotas {
    const quotas = new Quotas(this.options.machinesMax);
    for (const { state } of this.table.values()) quotas.add(state.gateway);
    return quotas;
  }
}
