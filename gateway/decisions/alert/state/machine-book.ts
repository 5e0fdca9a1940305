/**
 * The state of alerts (gateway/decisions/alert/state): of each machine in memory, of one failure mode as a state machine,
 * and of what is open on the disk. What follows from a change (events, records, reasons) belongs one folder up.
 */
import type { Mode } from '../../../../shared/decisions/policy.ts';
import { hold, quiet, type Track } from './alert-state.ts';
import type { AlertSnapshot, OpenPrediction } from './snapshot.ts';

/** One failure mode of one machine. `prediction` is present exactly while `track.open` is. */
export interface ModeAlert {
  track: Track;
  prediction: OpenPrediction | null;
}

/** The alert state of one machine. */
export interface MachineAlerts {
  readonly site: string;
  readonly machine: string;
  /** By failure mode. */
  readonly modes: Map<string, ModeAlert>;
  /** The initial track of a failure mode that is not in `modes` yet. */
  unseenTrack: Track;
  /** Rows of its type's window, once it has been assessed. */
  windowRows: number | null;
  /** The last reported failure or replacement, by which a resent report is recognised. */
  ended: { state: string; atMs: number } | null;
  /** The mode of the last decision; null before the first one. */
  mode: Mode | null;
  estimatePrefix: string | null;
  /** When its last estimate line was written, monotonic. */
  estimateSentMs: number;
}

/** Machines that are looked through for one that can be forgotten. */
const triesMax = 64;

/**
 * The alert state of all machines, at most `machinesMax`. A further one takes the place of the one that has been asked
 * for least lately and has no open prediction; if there is hardly one, it is refused, and the caller counts it. A
 * machine that was forgotten is known again as soon as it sends.
 */
export class MachineBook {
  /** The one that was asked for least lately comes first. */
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
      this.moveToEnd(key, found);
      return found;
    }
    if (this.machines.size >= this.machinesMax && !this.forgetOne()) return null;
    return this.add(site, machine);
  }

  open(): OpenPrediction[] {
    return this.all().flatMap(([, alert]) => (alert.prediction ? [alert.prediction] : []));
  }

  snapshot(): Pick<AlertSnapshot, 'open' | 'held'> {
    const held = this.all().flatMap(([{ site, machine }, { track }, failureMode]) =>
      track.held ? [{ site, machine, failureMode, estimatesLeft: track.held.estimatesLeft }] : [],
    );
    return { open: this.open(), held };
  }

  /** Restores machines even beyond `machinesMax`, because an open prediction must be able to end. */
  restore(saved: AlertSnapshot, nowMs: number): void {
    for (const prediction of saved.open) {
      const sentLife = prediction.assessment.remainingLife?.p50 ?? null;
      const open = { severity: prediction.severity, sentLife, sentMs: nowMs };
      this.restored(prediction).modes.set(prediction.failureMode, { track: { ...quiet, open }, prediction });
    }
    for (const held of saved.held) {
      const alert = { track: hold(held.estimatesLeft), prediction: null };
      this.restored(held).modes.set(held.failureMode, alert);
    }
  }

  private forgetOne(): boolean {
    let tries = 0;
    for (const [key, machine] of this.machines) {
      if ([...machine.modes.values()].every(({ prediction }) => prediction === null))
        return this.machines.delete(key);
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
      ended: null,
      mode: null,
      windowRows: null,
      estimatePrefix: null,
      estimateSentMs: Number.NEGATIVE_INFINITY,
    };
    this.machines.set(`${site}/${machine}`, created);
    return created;
  }

  private all(): [MachineAlerts, ModeAlert, string][] {
    const all: [MachineAlerts, ModeAlert, string][] = [];
    for (const machine of this.machines.values()) {
      for (const [failureMode, alert] of machine.modes) all.push([machine, alert, failureMode]);
    }
    return all;
  }
}
