/**
 * Limits: how large each statistic is in normal times. The limit of one is its mean and some standard deviations, or where its tail
 * is heavy (bursts, changes of mode), the tail's begin and some mean excesses over it (Hill 1975), whichever is more.
 */
import { stateParameters } from './parameters.ts';
import { clamp } from './prediction.ts';
import type { StateRow } from './row.ts';
import { limitsAt, ratioAt, ratiosAt, type StateNumbers, scalar, statisticsCount } from './state-layout.ts';

const { gateMin, memoryRows } = stateParameters;
const { deviations, excesses, tailShare, tailPriorRows, tailRowsMax, floor, floorMax } =
  stateParameters.limits;
/** Least deviations by statistic: that of what shakes is small, because it is a mean over many rows. */
const floors = [floorMax, 0.07, floorMax, 0.2, 0.2, 0.2];
/** Mean excess of a normal distribution over what `tailShare` of rows exceed, and where that begins, in deviations. */
const normalExcess = 0.37;
const normalTail = 1.96;
/** Nothing is judged by fewer rows, and no tail learnt. */
const judgedFrom = 20;
const tailFrom = 30;

/** Sets each statistic over its limit, and the largest of them. */
export function judgeRow({ layout, doubles }: StateNumbers, { scaled }: StateRow, normal: number): void {
  let largest = 0;
  for (let c = 0; c < statisticsCount; c++) {
    const isJudged = doubles[scalar.limitRows]! > judgedFrom;
    const ratio = isJudged
      ? (scaled[c]! - doubles[limitsAt.mean + c]!) / limitOf(doubles, c, layout.sensors)
      : 0;
    doubles[ratiosAt + normal * statisticsCount + c] = ratio;
    if (ratio > largest) largest = ratio;
  }
  doubles[ratioAt + normal] = largest;
}

/** Learns the row's statistics. @param isYoung a mode's first rows set no limits */
export function learnLimits(
  { layout, doubles }: StateNumbers,
  { scaled }: StateRow,
  isLearning: boolean,
  isYoung: boolean,
): void {
  if (isYoung) return;
  const rows = doubles[scalar.limitRows]!;
  const gate = doubles[scalar.gate]!;
  const weight = isLearning
    ? Math.max(8 / (rows + 8), 1 / memoryRows)
    : gate > gateMin
      ? gate / memoryRows
      : 0;
  for (let c = 0; c < statisticsCount; c++) {
    const deviation = deviationOf(doubles, c, layout.sensors);
    let far = scaled[c]! - doubles[limitsAt.mean + c]!;
    if (rows > tailFrom && weight > 0) learnTail(doubles, c, far, deviation, weight);
    if (!isLearning) far = clamp(far, 2 * deviation);
    else if (rows > tailFrom) far = clamp(far, 4 * deviation);
    doubles[limitsAt.mean + c]! += weight * far;
    doubles[limitsAt.variance + c] = (1 - weight) * (doubles[limitsAt.variance + c]! + weight * far * far);
  }
  doubles[scalar.limitRows]! += isLearning ? 1 : gate;
}

function limitOf(doubles: Float64Array, c: number, sensors: number): number {
  const deviation = deviationOf(doubles, c, sensors);
  const tail = doubles[limitsAt.tail + c]! + excesses * excessOf(doubles, c, deviation);
  return Math.max(deviations * deviation, tail);
}

function deviationOf(doubles: Float64Array, c: number, sensors: number): number {
  const least = Math.min(floors[c]!, floor / Math.sqrt(sensors));
  return Math.max(least, Math.sqrt(doubles[limitsAt.variance + c]!));
}

/** Mean excess over the tail's begin; that of a normal distribution while few rows are known. */
function excessOf(doubles: Float64Array, c: number, deviation: number): number {
  const rows = doubles[limitsAt.tailRows + c]!;
  const prior = tailPriorRows * normalExcess * deviation;
  return (rows * doubles[limitsAt.excess + c]! + prior) / (rows + tailPriorRows);
}

function learnTail(doubles: Float64Array, c: number, far: number, deviation: number, weight: number): void {
  const tail = limitsAt.tail + c;
  if (doubles[tail] === 0) doubles[tail] = normalTail * deviation;
  const over = far - doubles[tail]!;
  // Robbins and Monro 1951: the quantile that a share of rows exceeds.
  doubles[tail]! += 2 * deviation * Math.max(weight, 0.002) * (over > 0 ? 1 - tailShare : -tailShare);
  if (over <= 0) return;
  const bounded = Math.min(over, 4 * excessOf(doubles, c, deviation));
  const rows = Math.min(tailRowsMax, doubles[limitsAt.tailRows + c]! + 1);
  doubles[limitsAt.tailRows + c] = rows;
  doubles[limitsAt.excess + c]! += (bounded - doubles[limitsAt.excess + c]!) / Math.max(5, rows);
}
