import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { Running } from '../running/running.ts';
import type { MaintenanceKeeper } from './maintenance.ts';
import { isIn, type Spans } from './spans.ts';

/** A machine of which readings may be set aside. */
export interface SparedMachine {
  /** When people work on it; null if nothing is known of it. */
  maintenance: Spans | null;
  /** Its last reading was not judged. */
  isAside: boolean;
  /** Whether it runs; null if its type says nothing of that. */
  readonly running: Running | null;
  readonly identity: MachineIdentity;
  /** Null if it has none. */
  limits: { interrupt(): void } | null;
  readonly hearing: { isResting: boolean } | null;
}

/** True if a reading of the machine may have to be set aside. */
export const mayBeSpared = ({ maintenance, running }: SparedMachine) =>
  maintenance !== null || running !== null;

/** Decides which readings are neither judged nor learnt from. They are stored like all others. */
export class Aside {
  /** Readings that were set aside. */
  readings = 0;
  private readonly keeper: MaintenanceKeeper | undefined;
  private readonly clock: Clock;

  constructor(keeper: MaintenanceKeeper | undefined, clock: Clock) {
    this.keeper = keeper;
    this.clock = clock;
  }

  spansOf(identity: MachineIdentity): Spans | null {
    return this.keeper?.spansOf(identity) ?? null;
  }

  /** True while people work on the machine. */
  isOn({ maintenance }: Pick<SparedMachine, 'maintenance'>): boolean {
    return maintenance !== null && isIn(maintenance, this.clock.nowMs());
  }

  /** True if what its sensors send now says nothing: people work on it, or it rests or has just started. */
  isSpared(machine: SparedMachine): boolean {
    return this.isOn(machine) || (machine.running !== null && machine.isAside);
  }

  /**
   * To be called for each reading of a machine that may be spared: row `i` of the batch. True if it was measured in
   * maintenance, or has arrived in it, since a device's clock may be wrong; or if the machine rests, or has just started.
   */
  takes(machine: SparedMachine, { values, offset, timeMs, replay }: ColumnBatch, i: number): boolean {
    const { maintenance, running, identity, hearing } = machine;
    const atMs = timeMs[i]!;
    let isAside = running?.takes(identity.type, values, offset[i]!, offset[i + 1]!, atMs) ?? false;
    if (running && hearing) hearing.isResting = running.isResting;
    if (maintenance !== null) isAside ||= isIn(maintenance, atMs) || (!replay && this.isOn(machine));
    if (isAside) this.readings++;
    else if (machine.isAside) machine.limits?.interrupt();
    machine.isAside = isAside;
    return isAside;
  }
}
