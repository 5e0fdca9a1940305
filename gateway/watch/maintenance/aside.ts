import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { MaintenanceKeeper } from './maintenance.ts';
import { isIn, type Spans } from './spans.ts';

/** A machine of which readings may be set aside. */
export interface SparedMachine {
  /** When people work on it; null if nothing is known of it. */
  maintenance: Spans | null;
  /** Its last reading was not judged. */
  isAside: boolean;
  /** Null if it has none. */
  limits: { interrupt(): void } | null;
}

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

  /**
   * To be called for each reading of a machine with maintenance. True if the reading was measured in it, or has arrived in
   * it, since a device's clock may be wrong.
   */
  takes(machine: SparedMachine, timeMs: number, isReplay: boolean): boolean {
    const isAside = isIn(machine.maintenance!, timeMs) || (!isReplay && this.isOn(machine));
    if (isAside) this.readings++;
    else if (machine.isAside) machine.limits?.interrupt();
    machine.isAside = isAside;
    return isAside;
  }
}
