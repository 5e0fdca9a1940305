/** Reasons: the sensors that a verdict rests on, and where each was expected. */

import { squareForm } from '../matrix.ts';
import { deviationOf } from './modes.ts';
import { modeAt, normals, ratiosAt, type StateNumbers, scalar, statisticsCount } from './state-layout.ts';
import { shortVarianceOf, slowVarianceOf } from './statistics.ts';

/** A sensor is rarely farther from its mean than this, in deviations of its mode. */
const bandDeviations = 2.5;

/** In the sensor's own unit. */
export interface Expected {
  value: number;
  low: number;
  high: number;
}

/** Writes each sensor's part of the statistic that is farthest over its limit. */
export function contributionsOf(numbers: StateNumbers, into: Float64Array): Float64Array {
  const { layout, floats, doubles } = numbers;
  const { sensors } = layout;
  const statistic = farthestOf(doubles);
  const at = normals.now * sensors;
  for (let i = 0; i < sensors; i++) {
    if (statistic === 'strange') into[i] = farOf(numbers, i) ** 2;
    else if (statistic === 'squares') into[i] = floats[layout.squares + at + i]!;
    else if (statistic === 'short')
      into[i] = floats[layout.short + at + i]! ** 2 / shortVarianceOf(numbers, i);
    else if (statistic === 'slow') into[i] = floats[layout.slow + at + i]! ** 2 / slowVarianceOf(numbers, i);
  }
  if (statistic !== 'lasting' && statistic !== 'single') return into;
  const isLasting = statistic === 'lasting';
  const from = (isLasting ? layout.lasting : layout.residual) + at;
  const vector = Float64Array.from(floats.subarray(from, from + sensors));
  const product = new Float64Array(sensors);
  squareForm(floats, isLasting ? layout.lastingsInverse : layout.residualsInverse, vector, product);
  for (let i = 0; i < sensors; i++) into[i] = Math.max(0, vector[i]! * product[i]!);
  return into;
}

/** Returns where a sensor usually is in the mode of the newest row, with what is changed and not confirmed. */
export function expectedOf(numbers: StateNumbers, sensor: number): Expected {
  const { layout, doubles } = numbers;
  const unit = doubles[layout.unit + sensor]!;
  const origin = doubles[layout.origin + sensor]!;
  const own = (relative: number) => origin + unit * relative;
  const mean = meanOf(numbers, sensor);
  const band =
    bandDeviations * deviationOf(numbers, doubles[scalar.mode]!, sensor, unit === 0 ? origin : origin / unit);
  return { value: own(mean), low: own(mean - band), high: own(mean + band) };
}

function meanOf({ layout, floats, doubles }: StateNumbers, sensor: number): number {
  const at = doubles[scalar.mode]! * layout.sensors + sensor;
  const shift = doubles[scalar.changedFrom]! > 0 ? floats[layout.shifts + at]! : 0;
  return floats[layout.means + at]! + shift;
}

function farOf(numbers: StateNumbers, sensor: number): number {
  const { layout, floats, doubles } = numbers;
  const value = floats[layout.newest + sensor]!;
  if (Number.isNaN(value) || doubles[modeAt.rows + doubles[scalar.mode]!] === 0) return 0;
  return (value - meanOf(numbers, sensor)) / deviationOf(numbers, doubles[scalar.mode]!, sensor, value);
}

const names = ['lasting', 'squares', 'short', 'squares', 'single', 'slow'] as const;

function farthestOf(doubles: Float64Array): (typeof names)[number] | 'strange' {
  let farthest = 0;
  for (let c = 1; c < statisticsCount; c++) {
    if (doubles[ratiosAt + c]! > doubles[ratiosAt + farthest]!) farthest = c;
  }
  if (doubles[scalar.strangeRows]! > 0 && doubles[ratiosAt + farthest]! <= 1) return 'strange';
  return names[farthest]!;
}
