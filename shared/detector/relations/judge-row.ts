/** Judging a row by one normal: its residuals, their means, and the day's farthest moments; and what the row teaches it. */
import { followDay, followStale } from './day-levels.ts';
import { type RelationNumbers, scalar } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { learnRow, scaledResidual, setResiduals } from './residuals.ts';
import { chooseState } from './state-centres.ts';

const { meanMs, meanRowsMin, absentMs, pauseMs, pauseSteps } = relationParameters;
const paceWeight = 0.05;

export interface SentRow {
  values: ArrayLike<number>;
  /** Place of the first sensor in them. */
  from: number;
  timeMs: number;
  /** Says what the machine is doing; NaN: it says nothing. */
  state: number;
}

/** Returns false while relations are not known. */
export function judgeRow(numbers: RelationNumbers, { values, from, timeMs, state }: SentRow): boolean {
  const { layout, doubles, floats } = numbers;
  const passedMs = Math.max(0, timeMs - doubles[scalar.newestMs]!) || 0;
  if (Number.isNaN(doubles[scalar.firstMs]!)) doubles[scalar.firstMs] = timeMs;
  doubles[scalar.newestMs] = timeMs;
  followStale(numbers, followRun(doubles, passedMs));
  chooseState(numbers, state, timeMs);
  const row = learnRow(numbers, values, from, passedMs);
  if (!setResiduals(numbers, row, passedMs)) return false;
  const rate = Math.min(1 / meanRowsMin, Math.max(passedMs, 1) / meanMs);
  const fading = 1 - Math.min(1 / meanRowsMin, passedMs / absentMs);
  for (let i = 0; i < layout.sensors; i++) {
    if (!row.isThere[i]) {
      floats[layout.short + i]! *= fading;
      floats[layout.held + i]! *= fading;
      continue;
    }
    const residual = scaledResidual(numbers, i);
    floats[layout.short + i]! += rate * (residual - floats[layout.short + i]!);
    floats[layout.held + i]! += (rate / 2) * (floats[layout.short + i]! - floats[layout.held + i]!);
  }
  followDay(numbers, timeMs);
  return true;
}

/** Follows for how long the machine has run, of which a gap is a short part. Returns for how long since the row before. */
function followRun(doubles: Float64Array, passedMs: number): number {
  const pace = doubles[scalar.paceMs]!;
  const ranMs = Math.min(passedMs, Math.max(pauseMs, pauseSteps * pace));
  doubles[scalar.paceMs] = pace + paceWeight * (ranMs - pace);
  doubles[scalar.runMs]! += ranMs;
  return ranMs;
}
