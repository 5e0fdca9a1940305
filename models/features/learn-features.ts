/**
 * Parameters of the feature path (models/features): learns from training data what shared/model applies,
 * which are the operating conditions, means, standard deviations, standstills and correlations. Code that the
 * gateway runs belongs in shared/model, not here.
 */
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { FeaturePath } from '../../shared/model/feature-path.ts';
import { type Condition, type Features, logarithm } from '../../shared/model/features.ts';
import type { SummarySpans } from '../../shared/model/summary.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Run } from '../data/dataset.ts';
import { findConditions } from './conditions.ts';
import { learnSummary } from './learn-summary.ts';
import { include, type Moments, noMoments, relativeStdMin, shortened, stdOf } from './moments.ts';

/** Settings within this distance of a condition's centre belong to it, in units of the declared range … */
const reachMin = 0.05;
/** … or within this many times the distance of the furthest training row. */
const reachFactor = 3;
/** A sensor that stood still for more rows than this in training is allowed to stand still. */
const standstillRowsMax = 100;

export interface FeatureOptions {
  type: MachineType;
  /** Names of the sensors that determine the operating condition. */
  settings: readonly string[];
  /** Names of the sensors to read. Default: all that are not settings and that vary. */
  channels?: readonly string[];
  /** Whether the network reads the logarithms of the channels. */
  logarithmic?: boolean;
  /** If false, all conditions share one mean and standard deviation. */
  perCondition?: boolean;
  /** Spans of the summary, for networks that read a summary of the history. */
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

/** Returns a copy with unchanged settings and the logarithms of all other values. */
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

/**
 * Finds the condition of every row of all runs in order. A row with missing settings takes those of the row
 * before.
 */
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

/** Moments of each input by condition. */
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
      if (square > farthest) farthest = square; // a NaN is never larger
    }
  }
  return Math.max(reachMin, reachFactor * Math.sqrt(farthest));
}

/** Longest standstill in rows; null if the sensor is allowed to stand still. */
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
