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

/** How far the farthest sensor is over its level; 0 while nothing is judged. */
export function ratioOf(numbers: RelationNumbers): number {
  if (isLearning(numbers)) return 0;
  let farthest = 0;
  for (let i = 0; i < numbers.layout.sensors; i++) farthest = Math.max(farthest, ratioOfSensor(numbers, i));
  return farthest;
}

export function ratioOfSensor(numbers: RelationNumbers, sensor: number): number {
  let ratio = 0;
  for (let side = 0; side < 2; side++)
    ratio = Math.max(ratio, sizeOf(numbers, sensor, side) / levelOf(numbers, sensor, side));
  return ratio;
}

/** Begins, follows and ends episodes and changes by the newest row. */
export function followEpisode(numbers: RelationNumbers, timeMs: number): void {
  const { doubles } = numbers;
  if (!Number.isNaN(doubles[scalar.changedFromMs]!)) followChange(numbers, timeMs);
  // A machine that is as it was before the change is far from how it was lately, which is not to be told.
  const ratio = Number.isNaN(doubles[scalar.backFromMs]!) ? ratioOf(numbers) : 0;
  if (ratio > 1) {
    if (Number.isNaN(doubles[scalar.beyondFromMs]!)) {
      doubles[scalar.beyondFromMs] = timeMs;
      doubles[scalar.beyondRows] = 0;
    }
    doubles[scalar.beyondRows]!++;
    doubles[scalar.calmFromMs] = Number.NaN;
  } else doubles[scalar.beyondFromMs] = Number.NaN;
  const beyondMs = timeMs - doubles[scalar.beyondFromMs]!;
  const begins = beyondMs >= beginMs && doubles[scalar.beyondRows]! >= beginRows;
  if (Number.isNaN(doubles[scalar.episodeFromMs]!) && begins) begin(numbers);
  if (!Number.isNaN(doubles[scalar.episodeFromMs]!)) go(numbers, timeMs, ratio > 1);
}

function begin({ layout, doubles, floats }: RelationNumbers): void {
  doubles[scalar.episodeFromMs] = doubles[scalar.beyondFromMs]!;
  doubles[scalar.episodeRows] = 0;
  doubles[scalar.episodeShare] = 1;
  doubles[scalar.isFault] = 0;
  floats.fill(0, layout.episode, layout.episode + layout.sensors);
}

function go(numbers: RelationNumbers, timeMs: number, isBeyond: boolean): void {
  const { layout, doubles, floats } = numbers;
  const rows = ++doubles[scalar.episodeRows]!;
  doubles[scalar.episodeShare]! += (Number(isBeyond) - doubles[scalar.episodeShare]!) / meanRows;
  if (isBeyond) {
    const rate = Math.max(1 / rows, 1 / meanRows);
    for (let i = 0; i < layout.sensors; i++)
      floats[layout.episode + i]! += rate * (floats[layout.residual + i]! - floats[layout.episode + i]!);
    const lastsMs = timeMs - doubles[scalar.episodeFromMs]!;
    const isSettled = doubles[scalar.episodeShare]! >= changedShareMin && doubles[scalar.isFault] === 0;
    if (isSettled && lastsMs >= changedAfterMs && rows >= changedAfterRows) change(numbers);
    return;
  }
  if (Number.isNaN(doubles[scalar.calmFromMs]!)) {
    doubles[scalar.calmFromMs] = timeMs;
    doubles[scalar.calmRows] = 0;
  }
  doubles[scalar.calmRows]!++;
  if (doubles[scalar.calmRows]! >= calmRows && timeMs - doubles[scalar.calmFromMs]! >= calmMs)
    endEpisode(numbers);
}

export function endEpisode({ doubles }: RelationNumbers): void {
  doubles[scalar.episodeFromMs] = Number.NaN;
  doubles[scalar.beyondFromMs] = Number.NaN;
  doubles[scalar.calmFromMs] = Number.NaN;
  doubles[scalar.isFault] = 0;
}

/** Takes what lasts for how the machine is from now on, as long as nobody says anything else. */
export function change(numbers: RelationNumbers): void {
  const { doubles } = numbers;
  if (Number.isNaN(doubles[scalar.changedFromMs]!))
    doubles[scalar.changedFromMs] = doubles[scalar.episodeFromMs]!;
  addShifts(numbers);
  doubles[scalar.backFromMs] = Number.NaN;
  endEpisode(numbers);
}

/**
 * Shifts the sensors that explain the residuals of the episode, one after the other: the one that leaves least of them first (matching
 * pursuit: Mallat and Zhang 1993), since a sensor that has moved lets those that go with it look as if they had.
 */
function addShifts(numbers: RelationNumbers): void {
  const { layout, floats } = numbers;
  const { sensors } = layout;
  const effect = relationRow(sensors).product;
  const added = new Float64Array(sensors);
  for (let count = 0; count < changedSensorsMax; count++) {
    residualsOfShift(numbers, (i) => added[i]! * deviationOf(numbers, i), effect);
    const left = Float64Array.from(
      effect,
      (done, i) => (floats[layout.episode + i]! - done) / unitOf(numbers, i),
    );
    if (!left.some((value) => Math.abs(value) > 1)) break;
    const [sensor, by] = bestShift(numbers, left);
    added[sensor]! += by;
  }
  residualsOfShift(numbers, (i) => added[i]! * deviationOf(numbers, i), effect);
  for (let i = 0; i < sensors; i++) {
    floats[layout.shift + i]! += added[i]! * deviationOf(numbers, i);
    moveMeans(numbers, i, -effect[i]!);
  }
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

/** Ends the change once the machine has been for a while as it was before. */
function followChange(numbers: RelationNumbers, timeMs: number): void {
  const { layout, doubles, floats } = numbers;
  const effect = relationRow(layout.sensors).product;
  residualsOfShift(numbers, (i) => floats[layout.shift + i]!, effect);
  for (let i = 0; i < layout.sensors; i++) {
    if (!isJudged(numbers, i)) continue;
    const before = floats[layout.short + i]! + effect[i]! / residualDeviation(numbers, i);
    if (Math.abs(before) <= levelOf(numbers, i, before > 0 ? sides.above : sides.below)) continue;
    doubles[scalar.backFromMs] = Number.NaN;
    return;
  }
  if (Number.isNaN(doubles[scalar.backFromMs]!)) {
    doubles[scalar.backFromMs] = timeMs;
    doubles[scalar.backRows] = 0;
  }
  doubles[scalar.backRows]!++;
  if (doubles[scalar.backRows]! >= calmRows && timeMs - doubles[scalar.backFromMs]! >= calmMs)
    undoChange(numbers);
}

/** Judges the machine by what was confirmed again. */
export function undoChange(numbers: RelationNumbers): void {
  const { layout, doubles, floats } = numbers;
  const effect = relationRow(layout.sensors).product;
  residualsOfShift(numbers, (i) => floats[layout.shift + i]!, effect);
  for (let i = 0; i < layout.sensors; i++) moveMeans(numbers, i, effect[i]!);
  floats.fill(0, layout.shift, layout.shift + layout.sensors);
  doubles[scalar.changedFromMs] = Number.NaN;
  doubles[scalar.backFromMs] = Number.NaN;
  endEpisode(numbers);
}
