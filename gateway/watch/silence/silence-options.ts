import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { SilenceBounds } from './hearing.ts';

export interface SilenceOptions {
  types: ReadonlyMap<string, MachineType>;
  bounds: SilenceBounds;
  /** Machines that are known at most. */
  machinesMax: number;
  batchMax: number;
  /** False while the gateway itself takes no readings, so that no machine can be heard. Absent: it always does. */
  isTaking?(): boolean;
  /** Whether people work on a machine now: then its silence is neither told nor learnt. Absent: nobody does. */
  inMaintenance?(machine: MachineIdentity): boolean;
  clock: Clock;
  log: Log;
}

export interface SilenceStats {
  /** Machines whose allowance is known, so that their silence would be told. */
  judged: number;
  silent: number;
  restored: number;
  /** Machines that were forgotten, or not taken, because there are too many. */
  forgotten: number;
  failures: number;
}

/** Whether telling again that a machine is heard can change something for those who decide. */
export type AwaitsHearing = (machine: MachineIdentity) => boolean;
