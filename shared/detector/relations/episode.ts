/**
 * Episodes: from what is beyond its level to a machine that is unusual, and on to one that is changed. What lasts is neither forgotten
 * nor an alarm for ever: after a while the machine is judged as if the sensors that moved were where they were, so that a further
 * change is told; and it goes on being changed until it is as it was, or a person says what it was.
 */
import { isLearning, levelOf, sizeOf } from './day-levels.ts';
import { type RelationNumbers, scalar, sides } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { deviationOf, isJudged, relationRow, residualDeviation, residualsOfShift } from './residuals.ts';

const { beginMs, beginRows, calmMs, calmRows } = relationParameters;
const { changedAfterMs, changedAfterRows, changedShareMin, changedSensorsMax } = relationParameters;
/** The share of an episode's rows beyond is over about so many rows, and the mean residual over as many. */
const meanRows = 60;

/** How far the farthest sensor is over its level; 0 while nothing is judged. @param beside see `ratioOfSensor` */
export function ratioOf(numbers: RelationNumbers, beside: RelationNumbers | null = null): number {
  if (isLearning(numbers)) return 0;
  let farthest = 0;
  for (let i = 0; i < numbers.layout.sensors; i++)
    farthest = Math.max(farthest, ratioOfSensor(numbers, i, beside));
  return farthest;
}

/**
 * How far a sensor is over its level. @param beside another normal that the machine may be at, or between the two: a side counts as
 * far as it is beyond both
 */
export function ratioOfSensor(
  numbers: RelationNumbers,
  sensor: number,
  beside: RelationNumbers | null = null,
): number {
  let ratio = 0;
  for (let side = 0; side < 2; side++) {
    const own = sizeOf(numbers, sensor, side) / levelOf(numbers, sensor, side);
    if (own <= ratio) continue;
    const other = beside ? sizeOf(beside, sensor, side) / levelOf(beside, sensor, side) : own;
    ratio = Math.max(ratio, Math.min(own, other));
  }
  return ratio;
}

/** Begins, follows and ends episodes by how far the newest row is. Returns true if one has lasted for so long that it is a change. */
export function followEpisode(numbers: RelationNumbers, ratio: number, timeMs: number): boolean {
  const { doubles } = numbers;
  const runMs = doubles[scalar.runMs]!;
  if (ratio > 1) {
    if (Number.isNaN(doubles[scalar.beyondFromMs]!)) {
      doubles[scalar.beyondFromMs] = timeMs;
      doubles[scalar.beyondRunMs] = runMs;
      doubles[scalar.beyondRows] = 0;
    }
    doubles[scalar.beyondRows]!++;
    doubles[scalar.calmFromMs] = Number.NaN;
  } else doubles[scalar.beyondFromMs] = Number.NaN;
  const isBeyond = !Number.isNaN(doubles[scalar.beyondFromMs]!) && doubles[scalar.beyondRows]! >= beginRows;
  const begins = isBeyond && runMs - doubles[scalar.beyondRunMs]! >= beginMs;
  if (!isInEpisode(numbers) && begins) begin(numbers);
  return isInEpisode(numbers) && go(numbers, timeMs, ratio > 1);
}

export const isInEpisode = ({ doubles }: RelationNumbers): boolean =>
  !Number.isNaN(doubles[scalar.episodeFromMs]!);

function begin({ layout, doubles, floats }: RelationNumbers): void {
  doubles[scalar.episodeFromMs] = doubles[scalar.beyondFromMs]!;
  doubles[scalar.episodeRunMs] = doubles[scalar.beyondRunMs]!;
  doubles[scalar.episodeRows] = 0;
  doubles[scalar.episodeShare] = 1;
  floats.fill(0, layout.episode, layout.episode + layout.sensors);
}

function go(numbers: RelationNumbers, timeMs: number, isBeyond: boolean): boolean {
  const { layout, doubles, floats } = numbers;
  const rows = ++doubles[scalar.episodeRows]!;
  doubles[scalar.episodeShare]! += (Number(isBeyond) - doubles[scalar.episodeShare]!) / meanRows;
  if (isBeyond) {
    const rate = Math.max(1 / rows, 1 / meanRows);
    for (let i = 0; i < layout.sensors; i++)
      floats[layout.episode + i]! += rate * (floats[layout.residual + i]! - floats[layout.episode + i]!);
    const ranMs = doubles[scalar.runMs]! - doubles[scalar.episodeRunMs]!;
    const lastsMs = Math.max(timeMs - doubles[scalar.episodeFromMs]!, ranMs);
    const isSettled = doubles[scalar.episodeShare]! >= changedShareMin && doubles[scalar.isFault] === 0;
    return isSettled && lastsMs >= changedAfterMs && rows >= changedAfterRows;
  }
  if (Number.isNaN(doubles[scalar.calmFromMs]!)) {
    doubles[scalar.calmFromMs] = timeMs;
    doubles[scalar.calmRunMs] = doubles[scalar.runMs]!;
    doubles[scalar.calmRows] = 0;
  }
  doubles[scalar.calmRows]!++;
  if (doubles[scalar.calmRows]! >= calmRows && doubles[scalar.runMs]! - doubles[scalar.calmRunMs]! >= calmMs)
    endEpisode(numbers);
  return false;
}

export function endEpisode({ doubles }: RelationNumbers): void {
  doubles[scalar.episodeFromMs] = Number.NaN;
  doubles[scalar.beyondFromMs] = Number.NaN;
  doubles[scalar.calmFromMs] = Number.NaN;
}

/** Takes what lasts for how the machine is from now on, as long as nobody says anything else. */
export function change(numbers: RelationNumbers): void {
  addShifts(numbers);
  endEpisode(numbers);
}

/** Shifts the sensors that explain the residuals of the episode. */
function addShifts(numbers: RelationNumbers): void {
  const { layout, floats } = numbers;
  const added = shiftsBehind(numbers, (sensor) => floats[layout.episode + sensor]!);
  const effect = relationRow(layout.sensors).product;
  residualsOfShift(numbers, (i) => added[i]! * deviationOf(numbers, i), effect);
  for (let i = 0; i < layout.sensors; i++) {
    floats[layout.shift + i]! += added[i]! * deviationOf(numbers, i);
    moveMeans(numbers, i, -effect[i]!);
  }
}

/**
 * Returns by how many of its deviations each sensor must have moved to explain residuals, one after the other: the one that leaves least of
 * them first (matching pursuit: Mallat and Zhang 1993), since a sensor that has moved lets those that go with it look as if they had.
 * @param residual of a sensor, in deviations of the sensor
 */
export function shiftsBehind(numbers: RelationNumbers, residual: (sensor: number) => number): Float64Array {
  const { sensors } = numbers.layout;
  const effect = relationRow(sensors).product;
  const added = new Float64Array(sensors);
  for (let count = 0; count < changedSensorsMax; count++) {
    residualsOfShift(numbers, (i) => added[i]! * deviationOf(numbers, i), effect);
    const left = Float64Array.from(effect, (done, i) => (residual(i) - done) / unitOf(numbers, i));
    if (!left.some((value) => Math.abs(value) > 1)) break;
    const [sensor, by] = bestShift(numbers, left);
    added[sensor]! += by;
  }
  return added;
}

/** The residual of a sensor, in its deviations, that is as far as its level; infinite if it is not judged. */
function unitOf(numbers: RelationNumbers, sensor: number): number {
  const level = (side: number) => levelOf(numbers, sensor, side);
  return residualDeviation(numbers, sensor) * Math.min(level(sides.above), level(sides.below));
}

/** The sensor, and by how many of its deviations it must have moved, that explains most of these residuals. */
function bestShift(numbers: RelationNumbers, left: Float64Array): [sensor: number, by: number] {
  const { layout, floats } = numbers;
  const { sensors, weights } = layout;
  let best: [number, number] = [0, 0];
  let most = 0;
  for (let i = 0; i < sensors; i++) {
    if (!isJudged(numbers, i)) continue;
    let [along, size] = [0, 0];
    for (let j = 0; j < sensors; j++) {
      const weight = floats[weights + j * sensors + i]! / unitOf(numbers, j);
      along += weight * left[j]!;
      size += weight * weight;
    }
    if (size > 0 && (along * along) / size > most) [most, best] = [(along * along) / size, [i, along / size]];
  }
  return best;
}

/** Moves the mean residuals of a sensor. @param by in deviations of the sensor */
function moveMeans({ layout, floats }: RelationNumbers, sensor: number, by: number): void {
  const scaled = by / residualDeviation({ layout, floats }, sensor);
  floats[layout.short + sensor]! += scaled;
  floats[layout.held + sensor]! += scaled;
}

/** Judges the machine by where its sensors were before they moved. */
export function undoShifts(numbers: RelationNumbers): void {
  const { layout, floats } = numbers;
  const effect = relationRow(layout.sensors).product;
  residualsOfShift(numbers, (i) => floats[layout.shift + i]!, effect);
  for (let i = 0; i < layout.sensors; i++) moveMeans(numbers, i, effect[i]!);
  floats.fill(0, layout.shift, layout.shift + layout.sensors);
}
