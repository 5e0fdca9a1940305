import { describe, expect, it } from 'vitest';
import { selfLearned } from './baselines.ts';
import { compareDetectors, comparisonTable } from './compare.ts';
import { makeSeries, univariateCorpus } from './corpus.ts';
import type { AnomalyKind } from './corpus-anomalies.ts';
import { hardCorpus } from './corpus-hard.ts';
import { machineCorpus, makeMachine } from './corpus-machines.ts';
import type { NormalKind } from './corpus-normal.ts';
import { nabScore, probationRows, scaledSigmoid, windowsOf } from './nab-score.ts';
import { rowMetrics } from './row-metrics.ts';

const scored = (series: ReturnType<typeof makeSeries>) => ({
  series,
  scores: selfLearned.score(series, probationRows(series.rows)),
});

describe('the score of the Numenta benchmark', () => {
  const series = makeSeries('noise', ['spike', 'shift'], 5);
  const flagged = (rows: number[]) => {
    const scores = new Float64Array(series.rows);
    for (const row of rows) scores[row] = 1;
    return nabScore([{ series, scores }]).score;
  };
  const windows = windowsOf(series);

  it('is 100 for the first row of each window, 0 for nothing, and less for late and false detections', () => {
    const first = windows.map(({ start }) => start);
    expect(flagged(first)).toBeCloseTo(100, 1);
    expect(flagged([])).toBe(0);
    const late = flagged(windows.map(({ end }) => end - 1));
    expect(late).toBeGreaterThan(40);
    expect(late).toBeLessThan(60);
    const withFalse = flagged([...first, probationRows(series.rows) + 1]);
    expect(withFalse).toBeCloseTo(100 - (100 * 0.11) / (2 * windows.length), 1);
  });

  it('uses a sigmoid between 1 and −1 that is 0 at the end of a window', () => {
    expect(scaledSigmoid(-1)).toBeCloseTo(0.987, 3);
    expect(scaledSigmoid(0)).toBe(0);
    expect(scaledSigmoid(4)).toBe(-1);
  });
});

it('the self-learned detector beats the baselines on series it was not tuned on', { tags: ['long'] }, () => {
  const comparisons = compareDetectors(univariateCorpus([21, 22, 23]), machineCorpus([21, 22, 23, 24, 25]));
  for (const line of comparisonTable(comparisons)) console.log(line);
  const [ours, ...others] = comparisons;
  expect(others.map(({ name }) => name)).toEqual(expect.arrayContaining(['random', 'null']));
  expect(ours!.nab.score).toBeGreaterThan(70);
  for (const other of others) {
    expect(ours!.nab.score).toBeGreaterThan(other.nab.score + 15);
    if (other.name !== 'null') expect(ours!.machines.f1).toBeGreaterThan(other.machines.f1 + 0.1);
  }
  expect(ours!.machines.falseAlarmRate).toBeLessThan(0.2);
});

it('it also beats them on harder series with events that are not anomalies', { tags: ['long'] }, () => {
  const comparisons = compareDetectors(hardCorpus([121, 122, 123, 124]), []);
  for (const { name, nab } of comparisons) console.log(name, nab.score.toFixed(1), nab.detected, nab.windows);
  const [ours, ...others] = comparisons;
  expect(others.map(({ name }) => name)).toEqual(expect.arrayContaining(['random', 'null']));
  expect(ours!.nab.score).toBeGreaterThan(30);
  for (const other of others) expect(other.nab.score).toBeLessThan(15);
});

describe('each kind of anomaly is found, at a bounded rate of false alarms', () => {
  const threshold = 0.69;
  const falsePerSeriesMax = 6;
  const kinds: [AnomalyKind, NormalKind, number][] = [
    ['spike', 'noise', 7],
    ['shift', 'daily', 7],
    ['jump', 'walk', 7],
    ['newLevel', 'utilisation', 6],
    ['ramp', 'autoregressive', 5],
    ['noise', 'drifting', 6],
    ['stuck', 'thermal', 6],
    ['silence', 'bursty', 6],
    ['surge', 'weekly', 5],
    ['dip', 'autoregressive', 5],
    ['cooldown', 'thermal', 6],
    ['seasonSkip', 'daily', 6],
    ['seasonFlat', 'daily', 6],
  ];
  it.each(kinds)('%s in a series of kind %s', (anomaly, normal, foundMin) => {
    let found = 0;
    let falses = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const { series, scores } = scored(makeSeries(normal, [anomaly], 90_000 + seed));
      const [{ start, end }] = windowsOf(series) as [{ start: number; end: number }];
      const rows = [...scores.keys()].slice(probationRows(series.rows));
      const flagged = rows.filter((row) => scores[row]! >= threshold);
      if (flagged.some((row) => row >= start && row < end)) found++;
      falses += flagged.filter((row) => row < start || row >= end + 100).length;
    }
    expect(found).toBeGreaterThanOrEqual(foundMin);
    expect(falses / 8).toBeLessThanOrEqual(falsePerSeriesMax);
  });
});

describe('machines with several sensors', () => {
  it('score below the limit of normal nearly always while healthy', () => {
    const healthy = [1, 2, 3, 4, 5, 6].map((seed) => makeMachine(null, 500 + seed));
    const all = healthy.map((series) => ({ series, scores: selfLearned.score(series, 400) }));
    expect(rowMetrics(all, 0.5, 400).falseAlarmRate).toBeLessThan(0.2);
  });

  it('are found when their sensors decouple, although each sensor stays in its range', () => {
    const broken = [1, 2, 3, 4, 5, 6].map((seed) => makeMachine('decoupled', 600 + seed));
    const all = broken.map((series) => ({ series, scores: selfLearned.score(series, 400) }));
    const { missedAlarmRate, falseAlarmRate } = rowMetrics(all, 0.5, 400);
    expect(missedAlarmRate).toBeLessThan(0.5);
    expect(falseAlarmRate).toBeLessThan(0.25);
  });
});
