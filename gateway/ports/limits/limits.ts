/**
 * Limits of machines (gateway/ports/limits): how they stand, and when they will be reached. Here: the interface by which people set
 * limits for one machine.
 */
import type { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';

export interface MachineSensor {
  site: string;
  machine: string;
  sensor: string;
}

/** The person who asks for a change. */
export interface LimitChanger {
  by: string;
  address: string;
  note?: string;
}

export interface LimitChange extends MachineSensor, LimitChanger {
  atMs: number;
  /** Null: those of the machine's type again. */
  limits: OwnLimits | null;
}

/** One sensor with the limits that are in force. */
export interface SensorLimits extends MachineSensor {
  machineType: string | null;
  unit: string;
  limits: OwnLimits;
  /** The machine type's, or set for this machine, by `by` at `atMs`. */
  from: 'type' | 'machine';
  by?: string;
  atMs?: number;
}

export interface LimitAdmin {
  /** The sensors with limits of one machine; without a name, all limits that were set for single machines. */
  list(of?: { site: string; machine: string }): SensorLimits[];
  /** The latest changes, newest first. */
  changes(limit: number): LimitChange[];
  /**
   * Sets all limits of a sensor; those not given are none. Durable and in force when resolved. Returns whether the sensor
   * is known; if not, they are in force from its first reading.
   * @throws HarbingerError LIMITS_INVALID, LIMITS_TOO_MANY, LIMITS_UNWRITABLE
   */
  set(about: MachineSensor, limits: OwnLimits, who: LimitChanger): Promise<{ isKnown: boolean }>;
  /** Takes the limits of one sensor, or of all sensors of a machine, back to those of its type. Returns how many were. */
  clear(about: { site: string; machine: string; sensor?: string }, who: LimitChanger): Promise<number>;
}
