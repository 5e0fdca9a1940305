import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { LateNotes } from '../late/late-notes.ts';
import type { LevelKeeper } from '../levels/levels.ts';
import type { MaintenanceKeeper } from '../maintenance/maintenance.ts';
import type { Growth, LimitedType } from './machine-slots.ts';
import type { BaselineKeeper, HearingKeeper } from './watched-machine.ts';

export interface WindowsOptions {
  types: ReadonlyMap<string, MachineType>;
  /** Machines with a window that one sender may have who is alone, see Quotas. */
  machinesMax: number;
  /** Least time between two assessments of one machine; its type's step, up to 1 s, if that is longer. */
  intervalMsMin: number;
  clock: Clock;
  /** Saves baselines across restarts. */
  keeper?: BaselineKeeper;
  /** Knows when machines are heard. */
  hearings?: HearingKeeper;
  /** Remembers the levels of sensors with limits. */
  levels?: LevelKeeper;
  /** Knows of which machines late readings wait, also after a kill; absent: a kill forgets them. */
  lateNotes?: LateNotes;
  /** The type of a machine with the limits that a person has set for it. */
  limited?: LimitedType;
  /** Knows when people work on machines. */
  maintenance?: MaintenanceKeeper;
  /** Called for each sensor that begins to learn beside others. */
  grown?(growth: Growth): void;
  /** Called once for each machine that gets no window, with its sender. */
  refused?(owner: string): void;
}

export interface WindowsStats {
  machines: number;
  rows: number;
  /** Readings older than the newest of their machine. */
  late: number;
  evicted: number;
  /** Readings that were not judged, because of maintenance. */
  aside: number;
  /** Readings of machines without a window. */
  unwatched: number;
  /** Readings of machines whose type is unknown. */
  unknown: number;
}
