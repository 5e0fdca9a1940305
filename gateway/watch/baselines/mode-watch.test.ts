import { describe, expect, it } from 'vitest';
import { minuteMs, rowsOf, startMs } from '../../../shared/detector/relations/machine.testing.ts';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { stateCode } from '../../../shared/domain/states.ts';
import { Baseline } from './baseline.ts';
import { learnRowsOpen } from './baseline-options.ts';
import { modeOf } from './mode-name.ts';

const quantities = ['vibration', 'temperature', 'current', 'speed'].map(
  (name): Sensor => ({ name, unit: name === 'speed' ? 'r/min' : '1', min: -1e6, max: 1e6 }),
);
const open = (name: string, over: Partial<Sensor> = {}): Sensor => ({
  ...{ name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
  ...over,
});
const declared = (name: string, states?: string[]): Sensor => ({
  ...{ name, unit: '1', min: 0, max: 65_535, kind: 'state' },
  ...(states && { states }),
});
const { rows, times } = rowsOf(12);

/** Feeds rows; the sensors beyond the four that are quantities send `codes`. */
function fed(sensors: readonly Sensor[], codes: (at: number) => number[], to = rows.length): Baseline {
  const baseline = new Baseline(sensors.length, {
    ...{ judges: 'events', learnRows: learnRowsOpen, stepMs: 1_000, sensors },
  });
  for (let at = 0; at < to; at++) baseline.take(Float32Array.from([...rows[at]!, ...codes(at)]), times[at]!);
  return baseline;
}

const shown = (baseline: Baseline, sensors: readonly Sensor[]) => {
  const mode = baseline.mode();
  return mode && modeOf(mode, sensors);
};

describe('the mode of a machine', () => {
  it('is the level of a sensor that stands at a few, in its unit, over a restart and with sensors in another order', () => {
    const baseline = fed(quantities, () => []);
    const mode = shown(baseline, quantities)!;
    expect(mode).toMatchObject({ of: 3, isNew: false });
    expect(mode.name).toMatch(/^speed about 1\d\d\d rpm$/);
    const names = quantities.map(({ name }) => name);
    const turned = [...quantities].reverse();
    const resumed = new Baseline(4, { judges: 'events', learnRows: learnRowsOpen, sensors: turned });
    expect(resumed.restore(baseline.save(names), [...names].reverse())).toBe(true);
    expect(shown(resumed, turned)).toEqual(mode);
    const { modes: _, ...earlier } = baseline.save(names);
    expect(resumed.restore(earlier, [...names].reverse())).toBe(true);
    expect(resumed.mode()).toBeNull();
    resumed.restore({ ...earlier, modes: { learnt: 'AAAA' } }, [...names].reverse());
    expect(resumed.mode()).toBeNull();
  });

  it('is what a declared state sensor says, by its list of texts, and one that is named as a mode before others', () => {
    const sensors = [...quantities, declared('valve'), declared('pumpMode', ['OFF', 'AUTO', 'MANUAL'])];
    const codes = (at: number) => [at % 2, at < 100 ? 2 : 1];
    const baseline = fed(sensors, codes, 130);
    const mode = {
      number: 1,
      of: null,
      name: 'AUTO',
      sensor: 'pumpMode',
      sinceMs: startMs + 100 * minuteMs,
      isNew: false,
    };
    expect(shown(baseline, sensors)).toEqual(mode);
    const names = sensors.map(({ name }) => name);
    const resumed = fed(sensors, codes, 0);
    resumed.restore(baseline.save(names), names);
    expect(shown(resumed, sensors)).toEqual(mode);
  });

  it('is named with its sensor if that is not called a mode, and by what devices write', () => {
    const product = [...quantities, declared('product', ['A', 'B'])];
    expect(
      shown(
        fed(product, () => [1], 5),
        product,
      )?.name,
    ).toBe('product B');
    const text = [...quantities, open('state', { kind: 'state' })];
    expect(
      shown(
        fed(text, () => [stateCode('Manual')], 5),
        text,
      )?.name,
    ).toBe('Manual');
    expect(
      shown(
        fed(text, () => [stateCode('R2D2')], 5),
        text,
      )?.name,
    ).toBe('state');
  });

  it('is what a sensor says that turned out to be a state, by its name and its values', () => {
    const sensors = [...quantities, open('program')];
    expect(
      shown(
        fed(sensors, () => [3], 20),
        sensors,
      ),
    ).toMatchObject({ number: 3, of: null, name: '3' });
    const fault = [...quantities, open('fault')];
    expect(
      shown(
        fed(fault, () => [1], 20),
        fault,
      ),
    ).toBeNull();
  });

  it('changes nothing that is judged', () => {
    const with2 = fed([...quantities, declared('valve')], () => [Number.NaN]);
    const without = fed([...quantities, open('valve', { kind: 'counter' })], () => [Number.NaN]);
    expect(with2.score()).toEqual(without.score());
  });
});
