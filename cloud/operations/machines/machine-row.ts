import type { MachineState } from '../../ports/machines.ts';
import type { Place } from '../../ports/operations.ts';

/** The row of a machine in the table of machines. */
export interface Row {
  state: MachineState;
  /** Time of the estimate in `state`, and its place among those of its gateway: an older one does not replace it. */
  estimateMs: number;
  estimatePlace?: Place | undefined;
  /** An estimate of before that was of the machine that was replaced, wherever it stands: events have an order of their own. */
  replacedMs?: number;
  /** The same for the condition. */
  conditionMs: number;
  conditionPlace?: Place | undefined;
  /** `lastSeenMs` and `heardMs` as they are on disk. */
  storedSeenMs: number;
  storedHeardMs?: number;
}

/** How far a time may be ahead of this computer's clock and still be believed. */
export const aheadMsMax = 10 * 60_000;

/** Returns the row without its times that are too far ahead. */
export function believed(row: Row, nowMs: number): Row {
  const latestMs = nowMs + aheadMsMax;
  const { estimateMs, conditionMs, storedSeenMs, state } = row;
  if (Math.max(estimateMs, conditionMs, storedSeenMs, state.lastSeenMs) <= latestMs) return row;
  const known = (ms: number) => (ms > latestMs ? 0 : ms);
  return {
    estimateMs: known(estimateMs),
    conditionMs: known(conditionMs),
    storedSeenMs: known(storedSeenMs),
    state: {
      ...state,
      lastSeenMs: known(state.lastSeenMs),
      ...(state.estimateMs !== undefined && { estimateMs: known(state.estimateMs) }),
    },
  };
}
