/** Rules of maintenance windows: which are possible, and how a further message or call with the id of one changes it. */
import { timeText } from '../../../shared/contract/envelope.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type {
  MaintenanceChanger,
  MaintenanceScope,
  MaintenanceWanted,
  MaintenanceWindow,
} from '../../ports/maintenance/maintenance.ts';

const dayMs = 86_400_000;
/** A window without an end ends after this time, because one that is forgotten would hide a failure. */
export const openMs = dayMs;
const spanMsMax = 366 * dayMs;

/** True while it is on or planned. One that was dropped before it began has no length. */
export const isLive = ({ fromMs, toMs }: MaintenanceWindow, nowMs: number) => toMs > nowMs && toMs > fromMs;

/** @throws HarbingerError MAINTENANCE_INVALID */
export function refuseUnusable(
  { site, machine, fromMs, toMs }: Required<Pick<MaintenanceWanted, 'fromMs' | 'toMs'>> & MaintenanceScope,
  nowMs: number,
): void {
  if (machine !== undefined && site === undefined) throw invalid('a machine is named with its site');
  if (toMs <= fromMs) throw invalid('maintenance must end after it begins');
  if (toMs <= nowMs) throw invalid(`maintenance that ended at ${timeText(toMs)} is over already`);
  if (toMs - fromMs > spanMsMax) throw invalid('maintenance lasts 366 days at most');
  if (fromMs > nowMs + spanMsMax) throw invalid('maintenance is planned 366 days ahead at most');
}

/**
 * Returns the known window as it is wanted now; null if that is as before, also when the window is over. What is absent stays
 * as it is.
 * @throws HarbingerError MAINTENANCE_INVALID
 */
export function changedWindow(
  known: MaintenanceWindow,
  wanted: MaintenanceWanted,
  who: MaintenanceChanger,
  nowMs: number,
): MaintenanceWindow | null {
  const { fromMs = known.fromMs } = wanted;
  // A window that was ended before its time is compared with what was asked for, not with when it ended.
  const askedToMs = known.ended ? known.ended.toMs : known.toMs;
  const isOpen = askedToMs === known.fromMs + openMs;
  const toMs = wanted.toMs ?? (isOpen ? fromMs + openMs : askedToMs);
  const hasSameTimes = fromMs === known.fromMs && (toMs === askedToMs || askedToMs === undefined);
  if (hasSameTimes && (!isLive(known, nowMs) || isSameOtherwise(known, wanted, who))) return null;
  if (wanted.isAgain) return null;
  const about = nameOf(known);
  const isElsewhere = wanted.site !== undefined && nameOf(wanted) !== about;
  if (isElsewhere)
    throw invalid(
      `the maintenance with this id is about ${about}: give that of ${nameOf(wanted)} another id`,
    );
  if (known.ended)
    throw invalid(
      `the maintenance of ${about} with this id was ended at ${timeText(known.ended.atMs)} by ${known.ended.by}: give it another id to begin it anew`,
    );
  const changed = { ...known, ...who, fromMs, toMs: toMs!, setMs: Math.max(nowMs, known.setMs + 1) };
  refuseUnusable(changed, nowMs);
  return changed;
}

const isSameOtherwise = (known: MaintenanceWindow, wanted: MaintenanceWanted, { note }: MaintenanceChanger) =>
  (wanted.by === undefined || wanted.by === known.by) && (note === undefined || note === known.note);

function nameOf({ site, machine }: MaintenanceScope): string {
  if (site === undefined) return 'the whole gateway';
  return machine === undefined ? `all machines of ${site}` : `${site}/${machine}`;
}

const invalid = (problem: string) => new HarbingerError('MAINTENANCE_INVALID', 'intelligence', problem);
