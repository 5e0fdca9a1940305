/** The current state of every machine. */
import type { JudgedBy } from '../../shared/contract/events.ts';
import type { OwnLimits } from '../../shared/contract/limits/own-limits.ts';

/** Current state of one machine, from its readings, estimates and events. */
export interface MachineState {
  gateway: string;
  site: string;
  machine: string;
  machineType: string;
  lastSeenMs: number;
  health: number | null;
  anomaly: number | null;
  remainingLife: { p10: number; p50: number; p90: number; unit: string } | null;
  source: JudgedBy | null;
  /** From lifecycle events. */
  condition: 'running' | 'failed';
  openAlerts: number;
  /** When it was heard again after it had been retired, in ms since 1970. */
  returnedMs?: number;
}

/** The limits that gateways have set for single machines, in place of those of their types. */
export interface MachineLimits {
  /** By sensor; empty if none were set. */
  of(name: { gateway: string; site: string; machine: string }): ReadonlyMap<string, OwnLimits>;
}

export interface MachineStates {
  all(): MachineState[];
}
