/**
 * Faults of sensors (gateway/decisions/alert/state/faults): which there are, and each sensor that is not well by itself. A probe
 * that was missing before neither holds back the end of another one's fault nor makes a return of its beginning. Pure.
 */
import type { SensorFault } from '../../../../ports/decision.ts';
import {
  type Damping,
  type DampingLimits,
  damp,
  isForgotten,
  isWaiting,
  type Level,
  undamped,
} from '../damping.ts';
import type { FaultMode } from './fault-modes.ts';

/** One sensor in one mode. */
export interface FaultTrack {
  /** Twice the decisions that found it ill, less those that found it well between; and the last ones in a row that found it well. */
  illRow: number;
  wellRow: number;
  isIll: boolean;
  /** Since when, by the times of readings. */
  sinceMs: number;
  /** The value that it was ill with. */
  value: number | null;
  damping: Damping;
}

/** One mode of a machine. */
export interface FaultState {
  /** By sensor: those that are ill, may be, or have been so lately that they may return. */
  tracks: Map<string, FaultTrack>;
  /** An alert is open for it. */
  isOpen: boolean;
  /** Sensors that were named since it opened, and when news of them were told last (monotonic). */
  said: Set<string>;
  saidMs: number;
}

/** After a failure or a replacement: which faults are of the machine before, and say nothing. */
export interface FaultHold {
  /** Decisions until all faults count; null after a failure, where they do once no further one is found for some decisions. */
  estimatesLeft: number | null;
  /** The newest reading of the machine that was replaced. */
  toMs?: number;
  /** Sensors that were ill when the machine failed: they must be well before they count. */
  sensors: readonly string[];
}

export const noFaults = (): FaultState => ({
  tracks: new Map(),
  isOpen: false,
  said: new Set(),
  saidMs: Number.NEGATIVE_INFINITY,
});

export const levelOfMode = ({ policy }: Pick<FaultMode, 'policy'>): Level =>
  policy.criticalAt === undefined ? 1 : 2;

/** A sensor that an open alert names. */
export function toldFault(level: Level, sinceMs: number, value: number | null): FaultTrack {
  const damping = { ...undamped, told: level, wanted: level };
  return { illRow: 0, wellRow: 0, isIll: true, sinceMs, value, damping };
}

/** A loose probe that is ill for more than a third of the time is ill, though never for long without a break. */
const illWeight = 2;

const unseen: FaultTrack = {
  ...{ illRow: 0, wellRow: 0, isIll: false, sinceMs: 0, value: null },
  damping: undamped,
};

/** Applies what one decision found of a sensor. Null if there is nothing to remember of it. */
export function stepFault(
  before: FaultTrack = unseen,
  fault: SensorFault | undefined,
  mode: FaultMode,
  timeMs: number,
  limits: DampingLimits,
): FaultTrack | null {
  const now = fault ? found(before, fault, mode, timeMs) : notFound(before, mode);
  const damping = damp(before.damping, now.isIll ? levelOfMode(mode) : 0, timeMs, limits);
  const isOver = !now.isIll && now.illRow === 0 && isForgotten(damping, timeMs, limits);
  return isOver ? null : { ...now, damping };
}

function found(before: FaultTrack, fault: SensorFault, { policy }: FaultMode, timeMs: number): FaultTrack {
  const enough = illWeight * policy.openAfter;
  const illRow = Math.min(before.illRow + illWeight, enough);
  const isNew = !before.isIll && before.illRow === 0;
  const sinceMs = fault.missing?.sinceMs ?? fault.stuck?.sinceMs ?? (isNew ? timeMs : before.sinceMs);
  // While its end waits to be told, one odd value shows that it is not over.
  const isIll = before.isIll || illRow >= enough || isWaiting(before.damping);
  return { ...before, illRow, wellRow: 0, isIll, sinceMs, value: fault.value };
}

function notFound(before: FaultTrack, { policy }: FaultMode): FaultTrack {
  const wellRow = before.wellRow + 1;
  const isIll = before.isIll && wellRow < policy.resolveAfter;
  return { ...before, illRow: before.isIll && !isIll ? 0 : Math.max(0, before.illRow - 1), wellRow, isIll };
}
