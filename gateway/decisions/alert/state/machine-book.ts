/**
 * The state of alerts (gateway/decisions/alert/state): of each machine in memory, of one failure mode as a state machine,
 * and of what is open on the disk. What follows from a change (events, records, reasons) belongs one folder up.
 */
import type { Closed } from '../../../../shared/contract/alerts/closed.ts';
import type { EstimateSource } from '../../../../shared/contract/events.ts';
import type { Mode } from '../../../../shared/decisions/policy.ts';
import { hold, quiet, type Track } from './alert-state.ts';
import { type DampedCause, isWaiting } from './damping.ts';
import { isFaultMode } from './faults/fault-modes.ts';
import type { FaultHold, FaultState } from './faults/fault-track.ts';
import type { DampedLimit } from './limit-damping.ts';
import { criticalOf, type LimitTrack, noLimits } from './limit-track.ts';
import { lowerOf, restoreDamping, savedDamping } from './saved-damping.ts';
import { heldFaults, openFaults } from './saved-faults.ts';
import type { SilenceTrack } from './silence-track.ts';
import {
  type AlertSnapshot,
  causesOf,
  faultsFailureMode,
  type Held,
  limitsFailureMode,
  type OpenPrediction,
  type SavedCause,
  silenceFailureMode,
} from './snapshot.ts';

/** An open alert of a machine, with what causes it; there is at least one. */
export type OpenAlert = OpenPrediction & { causes: SavedCause[] };

/** An alert that a person has closed, with those of its causes that go on; there is at least one. */
export type ClosedAlert = OpenAlert & { closed: Closed };

/** The alert state of one machine. */
export interface MachineAlerts {
  readonly site: string;
  readonly machine: string;
  /** The tracks of estimates, by failure mode. */
  readonly modes: Map<string, Track>;
  /** The initial track of a failure mode that is not in `modes` yet. */
  unseenTrack: Track;
  /** The track of its limits. */
  limits: LimitTrack;
  silence: SilenceTrack;
  /** Its sensors that are not well, by failure mode. */
  readonly faults: Map<string, FaultState>;
  /** After a failure or a replacement; null once every fault counts. */
  faultHold: FaultHold | null;
  /** The damping of its estimates and of silence, by failure mode; those that are open or may return. */
  readonly damped: Map<string, DampedCause>;
  /** The same of its limits, by sensor. */
  readonly dampedLimits: Map<string, DampedLimit>;
  /** True if something of these has changed that is not saved. */
  hasNewDamping: boolean;
  /** Open alerts, the oldest first; each of their causes has a track above. */
  alerts: readonly OpenAlert[];
  /** Alerts that were closed by hand, as long as a cause of theirs goes on; no open alert has any of these causes. */
  closed: readonly ClosedAlert[];
  /** Rows of its type's window, once it has been assessed. */
  windowRows: number | null;
  /** The last reported failure or replacement, by which a resent report is recognised. */
  ended: { state: string; atMs: number } | null;
  /** The mode of the last decision; null before the first one. */
  mode: Mode | null;
  /** The source of the last estimate from a whole window; null before the first one. */
  source: EstimateSource | null;
  /** The time of its newest reading that was decided about; null before the first one. */
  newestMs: number | null;
  /** The time and the time judged of the last decision that was not about silence; null before the first one. */
  judged: { timeMs: number; judgedMs: number } | null;
  estimatePrefix: string | null;
  /** When its last estimate line was written, monotonic. */
  estimateSentMs: number;
  /** That was of a window too short for an assessment, as when an alert changed. */
  hasShortEstimate: boolean;
  /** When it was last said what its open alerts are, monotonic. */
  nowSaidMs: number;
}

/** True if the end of one of its causes waits to be told. */
export function waits({ damped, dampedLimits, faults }: MachineAlerts): boolean {
  for (const { state } of damped.values()) if (isWaiting(state)) return true;
  for (const state of dampedLimits.values()) if (isWaiting(state)) return true;
  for (const { tracks } of faults.values())
    for (const { damping } of tracks.values()) if (isWaiting(damping)) return true;
  return false;
}

/** Machines that are looked through for one that can be forgotten. */
const triesMax = 64;

/**
 * The alert state of all machines, at most `machinesMax`. A further one takes the place of the one that has been asked
 * for least lately and has no open prediction; if there is hardly one, it is refused, and the caller counts it. A
 * machine that was forgotten is known again as soon as it sends.
 */
export class MachineBook {
  /** The one that was asked for least lately comes first, once there is place for no more than as many again. */
  private readonly machines = new Map<string, MachineAlerts>();
  private readonly machinesMax: number;

  constructor(machinesMax: number) {
    this.machinesMax = machinesMax;
  }

  get size(): number {
    return this.machines.size;
  }

  find(site: string, machine: string): MachineAlerts | null {
    return this.machines.get(`${site}/${machine}`) ?? null;
  }

  take(site: string, machine: string): MachineAlerts | null {
    const key = `${site}/${machine}`;
    const found = this.machines.get(key);
    if (found) {
      // The order is of use only once a further machine may need a place.
      if (2 * this.machines.size > this.machinesMax) this.moveToEnd(key, found);
      return found;
    }
    if (this.machines.size >= this.machinesMax && !this.forgetOne()) return null;
    return this.add(site, machine);
  }

  forget(site: string, machine: string): void {
    this.machines.delete(`${site}/${machine}`);
  }

  open(): OpenPrediction[] {
    return [...this.machines.values()].flatMap(({ alerts }) => alerts);
  }

  /** The machines that have these alerts open, by the alerts' ids. */
  havingOpen(alertIds: ReadonlySet<string>): Map<string, MachineAlerts> {
    const found = new Map<string, MachineAlerts>();
    for (const machine of this.machines.values())
      for (const { predictionId } of machine.alerts)
        if (alertIds.has(predictionId)) found.set(predictionId, machine);
    return found;
  }

  snapshot(): Omit<AlertSnapshot, 'pending' | 'forced'> {
    const machines = [...this.machines.values()];
    const closed = machines.flatMap(closedOf);
    return {
      open: this.open(),
      closed,
      held: machines.flatMap(heldOf),
      damped: machines.flatMap(savedDamping),
    };
  }

  /** Restores machines even beyond `machinesMax`, because an open prediction must be able to end. */
  restore(saved: Omit<AlertSnapshot, 'forced'>, nowMs: number): void {
    for (const closed of saved.closed) {
      const machine = this.restored(closed);
      machine.closed = [...machine.closed, { ...closed, causes: causesOf(closed) }];
    }
    for (const prediction of saved.open) {
      const machine = this.restored(prediction);
      machine.alerts = [...machine.alerts, { ...prediction, causes: causesOf(prediction) }];
    }
    for (const prediction of [...saved.open, ...saved.closed]) {
      const machine = this.restored(prediction);
      const causes = causesOf(prediction);
      const sentLife = prediction.assessment.remainingLife?.p50 ?? null;
      for (const cause of causes) {
        const { kind, failureMode, source } = cause;
        if (kind === 'limit') {
          const met = prediction.limits ?? [];
          const sensors = met.map(({ sensor }) => sensor);
          const told = { severity: cause.severity, sensors, critical: criticalOf(met), sentMs: nowMs };
          machine.limits = { met, told, held: null };
          continue;
        }
        if (kind === 'fault') {
          machine.faults.set(failureMode, openFaults(prediction, cause, nowMs));
          continue;
        }
        // A cause that was away, and waited to be told so, goes on waiting: its track had ended.
        const lower = lowerOf(saved.damped, prediction, failureMode);
        if (lower?.wanted === 0) continue;
        const sent = { severity: lower ? ('warning' as const) : cause.severity, sentMs: nowMs };
        if (kind === 'silence') machine.silence = 'told';
        else {
          const { openedAtMs, sinceMs = openedAtMs } = prediction;
          machine.modes.set(failureMode, { ...quiet, open: { ...sent, sentLife, source, sinceMs } });
        }
      }
    }
    for (const { failureMode, estimatesLeft, source = null, toMs, sensors, ...of } of saved.held) {
      const machine = this.restored(of);
      if (failureMode === faultsFailureMode) {
        machine.faultHold = { estimatesLeft, sensors: sensors ?? [], ...(toMs !== undefined && { toMs }) };
        continue;
      }
      // Earlier versions held each mode of faults by itself.
      if (isFaultMode(failureMode)) continue;
      const held = { estimatesLeft, source, ...(toMs !== undefined && { toMs }) };
      if (failureMode === limitsFailureMode) machine.limits = { ...machine.limits, held };
      else if (failureMode === silenceFailureMode)
        machine.silence = estimatesLeft === null ? 'failed' : 'held';
      else machine.modes.set(failureMode, hold(estimatesLeft, source));
    }
    for (const each of saved.damped) restoreDamping(this.restored(each), each);
  }

  private forgetOne(): boolean {
    let tries = 0;
    for (const [key, machine] of this.machines) {
      if (machine.alerts.length === 0 && machine.closed.length === 0) return this.machines.delete(key);
      if (++tries >= triesMax) return false;
      this.moveToEnd(key, machine);
    }
    return false;
  }

  private moveToEnd(key: string, machine: MachineAlerts): void {
    this.machines.delete(key);
    this.machines.set(key, machine);
  }

  private restored(of: { site: string; machine: string }): MachineAlerts {
    return this.find(of.site, of.machine) ?? this.add(of.site, of.machine);
  }

  private add(site: string, machine: string): MachineAlerts {
    const created: MachineAlerts = {
      site,
      machine,
      modes: new Map(),
      unseenTrack: quiet,
      limits: noLimits,
      silence: 'heard',
      faults: new Map(),
      faultHold: null,
      damped: new Map(),
      dampedLimits: new Map(),
      hasNewDamping: false,
      alerts: [],
      closed: [],
      ended: null,
      mode: null,
      source: null,
      newestMs: null,
      judged: null,
      windowRows: null,
      estimatePrefix: null,
      estimateSentMs: Number.NEGATIVE_INFINITY,
      hasShortEstimate: false,
      nowSaidMs: Number.NEGATIVE_INFINITY,
    };
    this.machines.set(`${site}/${machine}`, created);
    return created;
  }
}

/** The closed alerts of one machine, with the limits that are met now. */
function closedOf({ closed, limits }: MachineAlerts): ClosedAlert[] {
  return closed.map((alert) => (alert.limits ? { ...alert, limits: [...limits.met] } : alert));
}

/** The holds of one machine, as they are saved. */
function heldOf({ site, machine, modes, limits, silence, faultHold }: MachineAlerts): Held[] {
  const tracks = [...modes].map(([failureMode, track]) => ({ failureMode, track }));
  const held: Held[] = [...tracks, { failureMode: limitsFailureMode, track: limits }].flatMap(
    ({ failureMode, track }) => (track.held ? [{ site, machine, failureMode, ...track.held }] : []),
  );
  if (faultHold) held.push(heldFaults({ site, machine }, faultHold));
  if (silence !== 'failed' && silence !== 'held') return held;
  const estimatesLeft = silence === 'failed' ? null : 0;
  return [...held, { site, machine, failureMode: silenceFailureMode, estimatesLeft }];
}
