import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { RestReports } from '../running/rest-reports.ts';
import type { Running } from '../running/running.ts';
import type { Hearing } from '../silence/hearing.ts';
import type { MaintenanceKeeper } from './maintenance.ts';
import { isIn, latestEnd, type Spans } from './spans.ts';

/** A machine of which readings may be set aside. */
export interface SparedMachine {
  /** When people work on it; null if nothing is known of it. */
  maintenance: Spans | null;
  /** Its last reading was not judged. */
  isAside: boolean;
  /** It was not because the machine rests or has just started, and nobody works on it. */
  isAtRest: boolean;
  /** Whether it runs; null if nothing is known of that. */
  running: Running | null;
  readonly identity: MachineIdentity;
  /** Null if it has none. */
  limits: { interrupt(wasRest: boolean): void } | null;
  /** Null if no late readings are expected of it. */
  readonly late: { interrupted(timeMs: number, wasRest: boolean): void } | null;
  readonly hearing: Hearing | null;
}

export interface AsideOptions {
  /** Absent: nobody works on machines. */
  maintenance?: MaintenanceKeeper;
  /** Is told when a machine begins to rest, or to run. */
  hearings?: { rests(hearing: Hearing, isResting: boolean): void };
  clock: Clock;
}

/** True if a reading of the machine may have to be set aside. */
export const mayBeSpared = ({ maintenance, running }: SparedMachine) =>
  maintenance !== null || running !== null;

/** Decides which readings are neither judged nor learnt from. They are stored like all others. */
export class Aside {
  /** Readings that were set aside. */
  readings = 0;
  readonly rest: RestReports;
  private readonly options: AsideOptions;

  constructor(options: AsideOptions) {
    this.options = options;
    this.rest = new RestReports(options.clock);
  }

  spansOf(identity: MachineIdentity): Spans | null {
    return this.options.maintenance?.spansOf(identity) ?? null;
  }

  /** True while people work on the machine. */
  isOn({ maintenance }: Pick<SparedMachine, 'maintenance'>): boolean {
    return maintenance !== null && isIn(maintenance, this.options.clock.nowMs());
  }

  /** True if what its sensors send now says nothing: people work on it, or it rests or has just started. */
  isSpared(machine: SparedMachine): boolean {
    const { running, isAside } = machine;
    return this.isOn(machine) || (running !== null && (isAside || running.isResting));
  }

  /**
   * To be called for each reading of a machine that may be spared: row `i` of the batch. True if it was measured in
   * maintenance, or has arrived in it, since a device's clock may be wrong; or if the machine rests, has just started, or settles
   * after maintenance.
   * @param nowMs the wall-clock time at which the batch has arrived @param arrivedMs the same, monotonic
   */
  takes(machine: SparedMachine, batch: ColumnBatch, i: number, nowMs: number, arrivedMs?: number): boolean {
    const { values, offset, timeMs, replay } = batch;
    const { maintenance, running, identity, hearing } = machine;
    const atMs = timeMs[i]!;
    running?.arrives(atMs, replay ? undefined : arrivedMs);
    const rests = running?.takes(identity.type, values, offset[i]!, offset[i + 1]!, atMs) ?? false;
    const settles = this.settles(machine, atMs) || (!replay && this.settles(machine, nowMs));
    const isAtRest = rests || settles;
    if (running && hearing && hearing.isResting !== running.isResting)
      this.options.hearings?.rests(hearing, running.isResting);
    if (running && !replay) {
      const workMs = settles && maintenance ? latestEnd(maintenance, atMs) + running.settleMs : null;
      const toMs = running.settlesToMs(atMs) ?? workMs;
      this.rest.note(running, identity, atMs, running.isResting ? null : toMs);
    }
    const isWorkedOn =
      maintenance !== null && (isIn(maintenance, atMs) || (!replay && isIn(maintenance, nowMs)));
    const isAside = isAtRest || isWorkedOn;
    if (isAside) this.readings++;
    if (machine.isAside && (!isAside || machine.isAtRest === isWorkedOn)) {
      const wasRest = machine.isAtRest && !isWorkedOn;
      machine.limits?.interrupt(wasRest);
      machine.late?.interrupted(atMs, wasRest);
    }
    machine.isAside = isAside;
    machine.isAtRest = isAtRest && !isWorkedOn;
    return isAside;
  }

  /** After maintenance a machine is hot, cold or being set up, as after a start: what lasts is told when that is over. */
  private settles({ maintenance, running }: SparedMachine, timeMs: number): boolean {
    return (
      running !== null && maintenance !== null && timeMs - latestEnd(maintenance, timeMs) < running.settleMs
    );
  }
}
