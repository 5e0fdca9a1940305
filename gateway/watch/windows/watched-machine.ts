import type { MachineIdentity } from '../../ports/decision.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { MachineWindow } from './machine-window.ts';
import type { Scheduled } from './schedule.ts';
import type { SensorFaults } from './sensor-faults.ts';

/** Saves baselines across restarts; it is notified of every machine that gets or loses a window. */
export interface BaselineKeeper {
  /** May restore the machine's baseline. */
  watched(machine: WatchedMachine): void;
  /** The window was reset: the former baseline must not be restored. */
  renewed(machine: WatchedMachine): void;
  evicted(machine: WatchedMachine): void;
  /** All rows up to this block have been taken. */
  reached(block: BlockPosition): void;
}

/** A machine that has a window. */
export interface WatchedMachine {
  identity: MachineIdentity;
  readonly key: string;
  /** The index that ColumnBatch uses. */
  readonly index: number;
  window: MachineWindow;
  readonly schedule: Scheduled;
  owner: string;
  /** Null as long as no value of the machine was refused. */
  faults: SensorFaults | null;
  /** When it last sent, to within `seenResolutionMs`: monotonic, in whole ms, which V8 stores without an allocation. */
  seenMs: number;
  newer: WatchedMachine | null;
  older: WatchedMachine | null;
}
