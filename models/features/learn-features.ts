/** What the feature path needs to know of the training data: conditions, means, spreads, standstills, correlations. */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { FeaturePath } from '../../shared/features/feature-path.ts';
import { type Condition, type Features, logarithm } from '../../shared/features/features.ts';
import type { SummarySpans } from '../../shared/features/summary.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Run } from '../data/dataset.ts';
import { findConditions } from './conditions.ts';
import { learnSummary } from './learn-summary.ts';
import { include, type Moments, noMoments, relativeStdMin, shortened, stdOf } from './moments.ts';

/** Settings this far (of their declared range) from a condition's centre are still taken for it. */
const reachMin = 0.05;
/** … or so many times further than the furthest training row. */
const reachFactor = 3;
/** A sensor that has stood still for longer in training may do so. */
const standstillRowsMax = 100;

export interface FeatureOptions {
  type: MachineType;
  /** Names of the sensors that tell the operating condition. */
  settings: readonly string[];
  /** Names of the sensors to read; absent: all that are no settings and move. */
  channels?: readonly string[];
  /** The logarithms of the channels are read. */
  logarithmic?: boolean;
  /** false: one mean and spread for all rows. */
  perCondition?: boolean;
  /** For networks that read a summary of the history. */
  summary?: SummarySpans;
}

export function learnFeatures(allRuns: readonly Run[], options: FeatureOptions): Features {
  const runs = options.logarithmic ? allRuns.map((run) => logarithmsOf(run, options)) : allRuns;
  const { type } = options;
  const settings = options.perCondition === false ? [] : options.settings.map((name) => indexOf(type, name));
  const settingScale = settings.map((index) => type.sensors[index]!.max - type.sensors[index]!.min);
  const { centres, of } = conditionsOf(runs, type.sensors.length, settings, settingScale);
  const moments = momentsOf(runs, type.sensors.length, centres.length, of);
  const channels =
    options.channels?.map((name) => indexOf(type, name)) ??
    type.sensors.flatMap(({ name }, index) =>
      !options.settings.includes(name) && moments.some((of) => moves(of[index]!)) ? [index] : [],
    );
  if (channels.length === 0) {
    throw new HarbingerError('DATA_INVALID', 'cli', `no sensor of '${type.name}' moves in the training data`);
  }
  const rows = of.length;
  const conditions = centres.map((centre, c): Condition => {
    const moment = (index: number) => moments[c]![index]!;
    return {
      centre: centre.map((value, s) => shortened(value * settingScale[s]!)),
      reach: shortened(reachOf(runs, type.sensors.length, settings, settingScale, centre, of, c)),
      share: shortened(of.reduce((sum, condition) => sum + (condition === c ? 1 : 0), 0) / rows),
      mean: channels.map((index) => shortened(moment(index).mean)),
      std: channels.map((index) => shortened(stdOf(moment(index)))),
    };
  });
  conditions.sort((a, b) => b.share - a.share);
  const features: Features = {
    settings,
    settingScale,
    conditions,
    channels,
    stillRowsMax: channels.map((index) => longestStandstill(runs, type.sensors.length, index)),
    correlation: [],
    ...(options.logarithmic && { logarithmic: true }),
  };
  const correlation = correlationOf(allRuns, type.sensors.length, features);
  const learnt = { ...features, correlation };
  return options.summary
    ? { ...learnt, summary: learnSummary(allRuns, type, learnt, options.summary) }
    : learnt;
}

/** A copy whose settings are as they were and whose other values are what the feature path will read. */
function logarithmsOf(run: Run, { type, settings }: FeatureOptions): Run {
  const isSetting = type.sensors.map(({ name }) => settings.includes(name));
  const values = run.values.map((value, i) => (isSetting[i % isSetting.length] ? value : logarithm(value)));
  return { ...run, values };
}

function indexOf(type: MachineType, name: string): number {
  const index = type.sensors.findIndex((sensor) => sensor.name === name);
  if (index >= 0) return index;
  throw new HarbingerError('DATA_INVALID', 'cli', `machine type '${type.name}' has no sensor '${name}'`);
}

/** Settings of every row, one run after the other; a row whose settings are not all there keeps those of the row before. */
function conditionsOf(
  runs: readonly Run[],
  inputs: number,
  settings: readonly number[],
  scale: readonly number[],
): { centres: number[][]; of: Int32Array } {
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  if (settings.length === 0) return { centres: [[]], of: new Int32Array(rows) };
  const points = new Float64Array(rows * settings.length);
  let at = 0;
  for (const run of runs) {
    for (let row = 0; row < run.rows; row++, at += settings.length) {
      const there = settings.every((index) => !Number.isNaN(run.values[row * inputs + index]!));
      settings.forEach((index, s) => {
        points[at + s] = there
          ? run.values[row * inputs + index]! / scale[s]!
          : (points[at + s - settings.length] ?? 0);
      });
    }
  }
  return findConditions(points, settings.length);
}

/** Per condition and input. */
function momentsOf(runs: readonly Run[], inputs: number, conditions: number, of: Int32Array): Moments[][] {
  const moments = Array.from({ length: conditions }, () => Array.from({ length: inputs }, noMoments));
  let at = 0;
  for (const run of runs) {
    for (let row = 0; row < run.rows; row++, at++) {
      const condition = moments[of[at]!]!;
      for (let index = 0; index < inputs; index++) {
        const value = run.values[row * inputs + index]!;
        if (Number.isNaN(value)) continue;
        include(condition[index]!, value);
      }
    }
  }
  return moments;
}

function moves(moments: Moments): boolean {
  return stdOf(moments) > relativeStdMin * Math.abs(moments.mean) * 1.001 && moments.squares > 0;
}

function reachOf(
  runs: readonly Run[],
  inputs: number,
  settings: readonly number[],
  scale: readonly number[],
  centre: readonly number[],
  of: Int32Array,
  condition: number,
): number {
  let farthest = 0;
  let at = 0;
  for (const run of runs) {
    for (let row = 0; row < run.rows; row++, at++) {
      if (of[at] !== condition) continue;
      let square = 0;
      settings.forEach((index, s) => {
        square += (run.values[row * inputs + index]! / scale[s]! - centre[s]!) ** 2;
      });
      if (square > farthest) farthest = square; // NaN is not
    }
  }
  return Math.max(reachMin, reachFactor * Math.sqrt(farthest));
}

/** Rows; null if the sensor may stand still for long. */
function longestStandstill(runs: readonly Run[], inputs: number, index: number): number | null {
  let longest = 1;
  for (const run of runs) {
    let equal = 1;
    for (let row = 1; row < run.rows; row++) {
      const at = row * inputs + index;
      equal = run.values[at] === run.values[at - inputs] ? equal + 1 : 1;
      if (equal > longest) longest = equal;
    }
  }
  return longest > standstillRowsMax ? null : longest;
}

function correlationOf(runs: readonly Run[], inputs: number, features: Features): number[] {
  const size = features.channels.length;
  const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const path = new FeaturePath({
    features: { ...features, correlation: identity },
    inputs,
    windowRows: 1,
    windowRowsMin: 1,
  });
  const sums = new Float64Array(size * size);
  for (const run of runs) {
    const values = new Float32Array(run.rows * size);
    path.rows(run.values, 0, run.rows, values);
    for (let at = 0; at < values.length; at += size) {
      for (let a = 0; a < size; a++) {
        for (let b = 0; b <= a; b++) sums[a * size + b]! += values[at + a]! * values[at + b]!;
      }
    }
  }
  const variance = (a: number) => Math.max(1e-9, sums[a * size + a]!);
  return identity.map((_, i) => {
    const [a, b] = [Math.floor(i / size), i % size];
    if (a === b) return 1;
    const product = sums[Math.max(a, b) * size + Math.min(a, b)]!;
    const value = product / Math.sqrt(variance(a) * variance(b));
    return Number(Math.min(1, Math.max(-1, value)).toFixed(4));
  });
}
