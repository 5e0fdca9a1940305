import type { Maintenance } from '../../../shared/contract/events.ts';
import type { MaintenanceSpan, MaintenanceSpans } from '../../ports/machines.ts';
import type { Place } from '../../ports/operations.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';
import { isBehind } from '../machines/place.ts';

interface Said {
  /** Time of the event that said it, and where that is in the journal of its gateway: an older one does not replace it. */
  saidMs: number;
  place?: Place | undefined;
}

type Row = MaintenanceSpan & Said;

/** Limit of windows of one gateway that are on or planned, the same as the gateway’s own; further ones are not shown. */
const liveMax = 1_000;
/** Spans that are over are kept for a while, so that an event that comes again does not begin one anew. */
const overMax = 1_000;
const overMsMax = 31 * 86_400_000;

/**
 * Times in which people work on machines, as gateways have said. Change it only inside a transaction. Times are compared
 * with the clock of the cloud.
 */
export class MaintenanceTable implements MaintenanceSpans {
  private readonly table: CachedTable<Row>;
  private readonly nowMs: () => number;
  /** By gateway; made anew when one of its spans changes. */
  private readonly byGateway = new Map<string, Row[]>();

  constructor(store: Store, nowMs: () => number) {
    this.table = new CachedTable(store, 'maintenance');
    this.nowMs = nowMs;
    this.index();
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.index();
  }

  list(): MaintenanceSpan[] {
    const nowMs = this.nowMs();
    return [...this.table.values()]
      .filter((row) => isLive(row, nowMs))
      .sort((a, b) => a.fromMs - b.fromMs)
      .map(spanOf);
  }

  of(name: MachineName): MaintenanceSpan | null {
    const rows = this.byGateway.get(name.gateway);
    if (!rows) return null;
    const nowMs = this.nowMs();
    let found: Row | null = null;
    for (const row of rows)
      if (isLive(row, nowMs) && covers(row, name) && (!found || isBefore(row, found, nowMs))) found = row;
    return found && spanOf(found);
  }

  isWhole(gateway: string): boolean {
    const nowMs = this.nowMs();
    const rows = this.byGateway.get(gateway) ?? [];
    return rows.some((row) => row.site === undefined && row.fromMs <= nowMs && isLive(row, nowMs));
  }

  /** Returns the machines that a change concerns, as a test; null if it says nothing new. */
  set(
    gateway: string,
    { windowId, state, site, machine, by, note, from, to }: Maintenance,
    said: Said,
  ): ((name: MachineName) => boolean) | null {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
    const key = `${gateway}/${windowId}`;
    const known = this.table.get(key);
    const isOlder =
      known &&
      !isBehind(said.place, known.place) &&
      (known.saidMs > said.saidMs || (known.saidMs === said.saidMs && state === 'set'));
    if (isOlder || Number.isNaN(fromMs) || Number.isNaN(toMs)) return null;
    const row: Row = {
      ...{ gateway, windowId, fromMs, toMs, by, ...said },
      ...(site !== undefined && { site }),
      ...(machine !== undefined && { machine }),
      ...(note !== undefined && { note }),
    };
    this.forgetOld(gateway);
    const nowMs = this.nowMs();
    const live = (this.byGateway.get(gateway) ?? []).filter((each) => isLive(each, nowMs));
    if (!known && isLive(row, nowMs) && live.length >= liveMax) return null;
    this.table.put(key, row);
    this.index();
    return (name) => covers(row, name) || (known !== undefined && covers(known, name));
  }

  /**
   * Gives the windows of a machine that was renamed to its new name, unless another gateway has that: it knows nothing of them, and
   * judges the machine.
   */
  move(from: MachineName, to: MachineName): void {
    if (from.gateway !== to.gateway) return;
    for (const row of this.byGateway.get(from.gateway) ?? [])
      if (row.site === from.site && row.machine === from.machine)
        this.table.put(`${row.gateway}/${row.windowId}`, { ...row, site: to.site, machine: to.machine });
    this.index();
  }

  /** Removes the windows of a gateway that are on or planned. Returns the machines that they concerned, as a test. */
  removeOf(gateway: string, isGone: (windowId: string) => boolean): (name: MachineName) => boolean {
    const nowMs = this.nowMs();
    const rows = (this.byGateway.get(gateway) ?? []).filter(
      (row) => isLive(row, nowMs) && isGone(row.windowId),
    );
    for (const { windowId } of rows) this.table.remove(`${gateway}/${windowId}`);
    this.index();
    return (name) => rows.some((row) => covers(row, name));
  }

  private forgetOld(gateway: string): void {
    const nowMs = this.nowMs();
    const over = (this.byGateway.get(gateway) ?? [])
      .filter((row) => !isLive(row, nowMs))
      .sort((a, b) => b.toMs - a.toMs);
    for (const [i, row] of over.entries())
      if (i >= overMax || row.toMs < nowMs - overMsMax) this.table.remove(`${gateway}/${row.windowId}`);
  }

  private index(): void {
    this.byGateway.clear();
    for (const row of this.table.values()) {
      const rows = this.byGateway.get(row.gateway);
      if (rows) rows.push(row);
      else this.byGateway.set(row.gateway, [row]);
    }
  }
}

function spanOf({ saidMs: _, place: __, ...span }: Row): MaintenanceSpan {
  return span;
}

/** True while it is on or planned. One that was dropped before it began has no length. */
const isLive = ({ fromMs, toMs }: MaintenanceSpan, nowMs: number) => toMs > nowMs && toMs > fromMs;

function covers(span: MaintenanceSpan, { gateway, site, machine }: MachineName): boolean {
  if (span.gateway !== gateway) return false;
  return span.site === undefined || (span.site === site && (span.machine ?? machine) === machine);
}

/** Whether `a` is to be shown rather than `b`: those that are on first, and of these the longest; of planned ones the next. */
function isBefore(a: MaintenanceSpan, b: MaintenanceSpan, nowMs: number): boolean {
  const [isOnA, isOnB] = [a.fromMs <= nowMs, b.fromMs <= nowMs];
  if (isOnA !== isOnB) return isOnA;
  return isOnA ? a.toMs > b.toMs : a.fromMs < b.fromMs;
}
