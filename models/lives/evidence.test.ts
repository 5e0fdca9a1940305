import { describe, expect, it } from 'vitest';
import { noOutcomes } from '../../shared/contract/models/lives.ts';
import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { shareOf } from '../../shared/statistics/wilson.ts';
import { judged } from './evidence.ts';
import type { Warned } from './examine.ts';
import { splitLives } from './split.ts';
import { machineOf, type StoredRun } from './stored-run.ts';

const metrics = (rmse: number): ModelMetrics => ({
  ...{ rmse, rmseStdError: 0.1, mae: rmse, rmseNearEnd: rmse, rmseRaw: rmse, score: 1, scoreStdError: 0 },
  ...{ coverage: 0.8, width: 10 },
});
const warns = (found: number, of: number, falseAlerts: number, lead: number | null = 50): Warned => ({
  recall: shareOf(found, of),
  precision: shareOf(found, found + falseAlerts),
  ...{ lead, falseAlerts, failures: of },
});
const of = { tolerance: 0.05, horizon: 30, unit: 'cycles', baseline: metrics(20) };
const compare = (rmse: number, candidate: Warned, champion: Warned, tolerance = 0.05) =>
  judged(
    {
      accuracy: { candidate: metrics(rmse), champion: metrics(10), difference: { rmse: 0, stdError: 1 } },
      warned: { candidate, champion },
    },
    { ...of, tolerance },
  );

describe('a candidate', () => {
  it.each([
    ['its error', 10.6, warns(10, 10, 0), warns(10, 10, 0), /its error is 10.6 cycles/],
    ['failures that it would miss', 10, warns(8, 10, 0), warns(10, 10, 0), /warned of 8 of 10 failures/],
    ['false alarms', 10, warns(10, 10, 6), warns(10, 10, 2), /raised 6 false alarms.*2$/],
    ['too short a lead', 10, warns(10, 10, 0, 20), warns(10, 10, 0, 29), /20.0 cycles ahead.*29.0$/],
  ])('is worse by %s', (_, rmse, candidate, champion, reason) => {
    const said = compare(rmse, candidate, champion);
    expect(said.isNotWorse).toBe(false);
    expect(said.reasons[0]).toMatch(reason);
  });

  it('is not worse within what is tolerated, nor by a lead that is long enough', () => {
    const alike = compare(10.4, warns(10, 10, 0, 40), warns(10, 10, 0, 60));
    expect(alike.isNotWorse).toBe(true);
    expect(alike.reasons.join('; ')).toMatch(/error is 10.4 cycles.*10.0; it would have warned of 10 of 10/);
    expect(compare(12, warns(8, 10, 0), warns(10, 10, 0), 0.3).isNotWorse).toBe(true);
  });

  it('must beat the linear regression where no version can be examined beside it', () => {
    const alone = (rmse: number) =>
      judged(
        {
          accuracy: { candidate: metrics(rmse), champion: null, difference: null },
          warned: { candidate: null, champion: null },
        },
        of,
      );
    expect([alone(19).isNotWorse, alone(25).isNotWorse]).toEqual([true, false]);
  });
});

describe('lives', () => {
  const lifeOf = (
    machine: string,
    end: StoredRun['life']['end'],
    rows = 200,
    falseAlarms = 0,
  ): StoredRun => ({
    life: {
      ...{ gateway: 'g', site: 's', machine, fromMs: 0, toMs: rows, end },
      outcomes: { ...noOutcomes(), falseAlarms },
    },
    ...{ values: new Float32Array(rows), rows, firstMs: 0, lastMs: rows },
  });
  const options = {
    ...{
      machineType: 'pump',
      sensors: 1,
      rowsMin: 30,
      labelCap: 125,
      livesMin: 6,
      heldBackShare: 0.25,
      seed: 1,
    },
  };
  const names = Array.from({ length: 8 }, (_, i) => `m${i}`);

  it('are divided by machine, in the same way whatever their order, and rows of others count with a full label only', () => {
    const runs = [
      ...names.flatMap((name) => [lifeOf(name, 'failed'), lifeOf(name, 'failed', 190)]),
      ...[lifeOf('calm', 'running', 300, 2), lifeOf('m0', 'replaced', 140), lifeOf('m1', 'running', 160)],
    ];
    const split = splitLives(runs, options);
    const held = new Set(split.heldBackMachines);
    expect(held.size).toBe(2);
    expect(split.learnt.failures.some((run) => held.has(machineOf(run)))).toBe(false);
    expect(split.heldBack.every((run) => held.has(machineOf(run)))).toBe(true);
    expect(split.dataset.sound?.find(({ machine }) => machine === 's/calm')).toMatchObject({
      rows: 175,
      remaining: 125,
    });
    expect(split.dataset.sound?.some(({ machine }) => machine === 's/m0')).toBe(false);
    expect(splitLives(runs.toReversed(), options).heldBackMachines).toEqual(split.heldBackMachines);
    const unseenBefore = ['s/m6', 's/m7'];
    expect(splitLives(runs, { ...options, unseenBefore }).heldBackMachines).toEqual(unseenBefore);
  });

  it('that are too few are refused', () => {
    const few = names.slice(0, 4).map((name) => lifeOf(name, 'failed'));
    expect(() => splitLives(few, options)).toThrow(/4 that ended in a failure are known, of 4 machines/);
    const short = names.map((name) => lifeOf(name, 'failed', 20));
    expect(() => splitLives(short, options)).toThrow(/8 of them with fewer readings than the 30/);
  });
});
