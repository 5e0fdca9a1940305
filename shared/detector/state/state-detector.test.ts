import { describe, expect, it } from 'vitest';
import { faults } from '../../../test/detector/plants/faults.ts';
import { kindsChosenOn, kindsHeldOut } from '../../../test/detector/plants/kinds.ts';
import { figuresOf, type PlantSeries, type Verdicts } from '../../../test/detector/plants/measure.ts';
import { makePlant } from '../../../test/detector/plants/plant.ts';
import { gaussian, seededRandom } from '../../runtime/random.ts';
import { StateDetector } from './state-detector.ts';

const kindOf = (name: string) => [...kindsChosenOn, ...kindsHeldOut].find((kind) => kind.name === name)!;

function verdictsOf({ values, sensors, rows, learnRows }: PlantSeries): Verdicts & { ratios: Float64Array } {
  const detector = new StateDetector(sensors, { learnRows });
  const told = new Uint8Array(rows);
  const changed = new Uint8Array(rows);
  const ratios = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    detector.push(values, row * sensors);
    ratios[row] = detector.ratio;
    told[row] = Number(detector.state === 'unusual');
    changed[row] = Number(detector.state === 'changed');
  }
  return { told, changed, ratios };
}

/** Largest difference of two runs, of the rows that are judged, but for the one in a hundred that differ most. */
function differenceOf(a: Float64Array, b: Float64Array): number {
  const all = a.map((ratio, row) => Math.abs(ratio - b[row]!)).sort();
  return all[Math.floor(0.99 * all.length)]!;
}

const short = { learnRows: 800, judgedRows: 1_200 };

describe('what does not matter to the state', () => {
  const series = makePlant(kindOf('two speeds'), faults['step of 5, 600 rows']!, 3, short);
  const { sensors, rows, values } = series;
  const { ratios } = verdictsOf(series);
  const mapped = (map: (value: number, sensor: number, row: number) => number, to = sensors) => {
    const made = new Float64Array(rows * to);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < to; i++) made[row * to + i] = map(values[row * sensors + (i % sensors)]!, i, row);
    return verdictsOf({ ...series, values: made, sensors: to });
  };

  it('is the unit and the zero of a sensor', () => {
    const scaled = mapped((value, i) => (i % 2 ? 1_000 * value - 40_000 : 0.01 * value + 7));
    expect(differenceOf(scaled.ratios, ratios)).toBeLessThan(0.01);
  });

  it('is the order of sensors', () => {
    const turned = mapped((_, i, row) => values[row * sensors + sensors - 1 - i]!);
    expect(differenceOf(turned.ratios, ratios)).toBeLessThan(0.01);
  });

  it('is that a sensor comes twice: what is told stays the same', () => {
    const twice = figuresOf(
      series,
      mapped((value) => value, sensors + 1),
    );
    const once = figuresOf(series, { ...verdictsOf(series) });
    expect(twice.found).toBeGreaterThan(once.found - 0.05);
    expect(twice.falseShare).toBeLessThan(once.falseShare + 0.01);
  });

  it('is a restart at any row', () => {
    for (const at of [1, 31, 32, 33, 500, 799, 801, 1_150, 1_400]) {
      let detector = new StateDetector(sensors, { learnRows: series.learnRows });
      for (let row = 0; row < at + 200; row++) {
        if (row === at) detector = StateDetector.fromBytes(detector.toBytes());
        detector.push(values, row * sensors);
        expect(detector.ratio).toBe(ratios[row]);
      }
    }
  });
});

describe('what lasts', () => {
  const series = makePlant(kindOf('two speeds'), faults['step of 8, lasting']!, 5);
  const victim = (() => {
    const detector = new StateDetector(series.sensors, { learnRows: series.learnRows });
    const first = series.truth.indexOf(1);
    for (let row = 0; row < first + 20; row++) detector.push(series.values, row * series.sensors);
    const parts = [...detector.contributions(new Float64Array(series.sensors))];
    const named = parts.indexOf(Math.max(...parts));
    const { low, high } = detector.expected(named);
    const value = series.values[(first + 19) * series.sensors + named]!;
    return { named, low, high, value };
  })();

  it('names the sensor, and where it was expected', () => {
    const { low, high, value } = victim;
    expect(value < low || value > high).toBe(true);
    // The band holds what the sensor sent in this mode before: its width is at most a few of its deviations.
    expect(Math.abs(value - (low + high) / 2)).toBeGreaterThan(1.2 * ((high - low) / 2));
  });

  it('is unusual at first, and changed from then on to the end, at both speeds', () => {
    const figures = figuresOf(series, verdictsOf(series));
    expect(figures.delayRows).toBeLessThan(20);
    expect(figures.noticed).toBeGreaterThan(0.97);
    expect(figures.found).toBeLessThan(0.5);
  });

  it('ends when the machine is as it was', () => {
    const detector = new StateDetector(series.sensors, { learnRows: series.learnRows });
    for (let row = 0; row < series.rows; row++) detector.push(series.values, row * series.sensors);
    expect(detector.state).toBe('changed');
    expect(detector.changedRows).toBeGreaterThan(3_000);
    const learnt = series.learnRows * series.sensors;
    for (let row = 0; row < 600; row++)
      detector.push(series.values.subarray(learnt - 600 * series.sensors, learnt), row * series.sensors);
    expect(detector.state).toBe('normal');
    expect(detector.changedRows).toBeNull();
  });
});

describe('rows as machines send them', () => {
  it('are judged with one sensor and with sixty, and with sensors that never move', () => {
    for (const sensors of [1, 2, 60]) {
      const random = seededRandom(sensors);
      const detector = new StateDetector(sensors, { learnRows: 300 });
      const row = new Float64Array(sensors);
      for (let t = 0; t < 700; t++) {
        const cause = gaussian(random);
        for (let i = 0; i < sensors; i++) row[i] = i % 3 === 1 ? 20 : gaussian(random) + (i % 2) * cause;
        detector.push(row);
        expect(Number.isFinite(detector.ratio)).toBe(true);
      }
      expect(detector.state).toBe('normal');
      row.fill(50);
      for (let t = 0; t < 5; t++) detector.push(row);
      expect(detector.state).toBe('unusual');
    }
  });

  it('may lack values, be out of all bounds, or hold nothing at all', () => {
    const series = makePlant(kindOf('gaps'), null, 4, short);
    const detector = new StateDetector(series.sensors, { learnRows: series.learnRows });
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 0];
    let told = 0;
    for (let row = 0; row < series.rows; row++) {
      detector.push(series.values, row * series.sensors);
      if (row > series.learnRows && detector.state === 'unusual') told++;
      expect(Number.isFinite(detector.ratio)).toBe(true);
    }
    expect(told).toBeLessThan(40);
    for (let t = 0; t < 50; t++) {
      detector.push(Float64Array.from({ length: series.sensors }, (_, i) => odd[(t + i) % odd.length]!));
      expect(Number.isFinite(detector.ratio)).toBe(true);
    }
    detector.push(new Float64Array(series.sensors).fill(Number.NaN));
    expect(Number.isFinite(detector.ratio)).toBe(true);
  });

  it('are not told when a sensor appears after normal was learnt', () => {
    const series = makePlant(kindOf('plain'), null, 9, short);
    const detector = new StateDetector(series.sensors, { learnRows: series.learnRows });
    let told = 0;
    for (let row = 0; row < series.rows; row++) {
      const values = series.values.slice(row * series.sensors, (row + 1) * series.sensors);
      if (row < 1_000) values[3] = Number.NaN;
      detector.push(values);
      if (row > series.learnRows && detector.state === 'unusual') told++;
    }
    expect(told).toBeLessThan(120);
  });
});

it('bytes of another version or length are refused by name', () => {
  const bytes = new StateDetector(3).toBytes();
  expect(() => StateDetector.fromBytes(bytes.subarray(0, 100))).toThrow(/learn it anew/);
  const other = bytes.slice();
  other[0] = 7;
  expect(() => StateDetector.fromBytes(other)).toThrow(/learn it anew/);
});
