import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../shared/runtime/random.ts';
import { Baseline, scoreAnomaly, warmUpRows } from './anomaly.ts';

const columns = 6;
const random = seededRandom(3);
const normalRow = () => Float32Array.from({ length: columns }, (_, i) => 10 * i + gaussian(random));

function learnt(): Baseline {
  const baseline = new Baseline(columns);
  for (let row = 0; row < warmUpRows; row++) baseline.learn(normalRow());
  return baseline;
}

function windowOf(change: (row: Float32Array) => void = () => {}): Float32Array {
  const rows = Array.from({ length: 30 }, normalRow);
  for (const row of rows) change(row);
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

describe('the anomaly score', () => {
  it('stays well below 0.5 while a machine behaves as it did at first', () => {
    const baseline = learnt();
    const scores = Array.from({ length: 200 }, () => scoreAnomaly(baseline, windowOf(), 30).score);
    expect(Math.max(...scores)).toBeLessThan(0.3);
  });

  it('passes 0.5 when sensors leave their normal, and names them', () => {
    const { score, deviations } = scoreAnomaly(
      learnt(),
      windowOf((row) => {
        row[2]! += 12;
      }),
      30,
    );
    expect(score).toBeGreaterThan(0.5);
    expect(score).toBeLessThanOrEqual(1);
    expect(deviations.indexOf(Math.max(...deviations))).toBe(2);
  });

  it('does not care for one odd row', () => {
    const window = windowOf();
    window[29 * columns + 2]! += 10;
    expect(scoreAnomaly(learnt(), window, 30).score).toBeLessThan(0.3);
  });

  it('says nothing while it learns, without a baseline, and of sensors that are silent', () => {
    expect(scoreAnomaly(new Baseline(columns), windowOf(), 30).score).toBe(0);
    expect(scoreAnomaly(null, windowOf(), 30).score).toBe(0);
    const silent = windowOf((row) => {
      row[1] = Number.NaN;
    });
    const { score, deviations } = scoreAnomaly(learnt(), silent, 30);
    expect(deviations[1]).toBe(0);
    expect(score).toBeLessThan(0.3);
  });

  it('is not alarmed by the last digit of a sensor that stood still while learning', () => {
    const baseline = new Baseline(1);
    for (let row = 0; row < warmUpRows; row++) baseline.learn(Float32Array.of(100));
    expect(scoreAnomaly(baseline, new Float32Array(30).fill(100.04), 30).score).toBeLessThan(0.1);
    expect(scoreAnomaly(baseline, new Float32Array(30).fill(110), 30).score).toBeGreaterThan(0.5);
  });
});
