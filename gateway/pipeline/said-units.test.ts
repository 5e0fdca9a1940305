/** Units that messages say beside their values: one column has one unit. */
import { beforeEach, describe, expect, it } from 'vitest';
import { build } from './pipeline-bench.testing.ts';

let parts: ReturnType<typeof build>;
beforeEach(() => {
  parts = build();
});
const stored = () =>
  parts.columns.flatMap(({ values }) => [...values]).map((value) => Number(value.toPrecision(6)));
const said = (value: unknown, unit: string, key = 'unit') => JSON.stringify({ value, [key]: unit });

describe('the unit that a message says beside a value', () => {
  it.each(['unit', 'units', 'uom', 'UOM', 'unit_of_measurement'])(
    'is the one of its sensor from then on, and another one is converted: %s',
    async (key) => {
      for (const [value, unit] of [
        [21.5, '°C'],
        [70.7, '°F'],
        [22, 'Cel'],
        ['68', 'degF'],
      ] as const)
        await parts.take(['telemetry/lab/bench/temperature', said(value, unit, key)]);
      expect(stored()).toEqual([21.5, 21.5, 22, 20]);
      expect(parts.letters).toEqual([]);
    },
  );

  it.each([
    [
      'with its name',
      'telemetry/lab/bench',
      (v: number, u: string) => ({ name: 'temperature', value: v, unit: u }),
    ],
    ['in a group', 'telemetry/lab/bench', (v: number, u: string) => ({ temperature: { value: v, unit: u } })],
    [
      'in a list',
      'telemetry/lab/bench',
      (v: number, u: string) => ({ data: [{ name: 'temperature', value: v, unit: u }] }),
    ],
    ['of SenML', 'telemetry/lab/bench', (v: number, u: string) => [{ bn: 'x:', n: 'temperature', u, v }]],
  ])('is read where a value is %s', async (_, topic, message) => {
    await parts.take([topic, JSON.stringify(message(21.5, 'Cel'))]);
    await parts.take([topic, JSON.stringify(message(70.7, '°F'))]);
    expect(stored()).toEqual([21.5, 21.5]);
  });

  it('is refused with a clear word where it cannot be converted, and is a fault of the sensor', async () => {
    const topic = 'telemetry/lab/bench/temperature';
    await parts.take([topic, said(21.5, '°C')]);
    for (let i = 0; i < 3; i++) await parts.take([topic, said(3, 'bar')]);
    expect(stored()).toEqual([21.5]);
    const [letter] = parts.letters;
    expect(letter).toMatchObject({
      code: 'CONTRACT_UNIT',
      reason: expect.stringContaining("sensor 'temperature' of lab/bench is in °C, and the message says bar"),
    });
    expect(parts.columns.flatMap(({ refused }) => refused ?? [])).toContainEqual(
      expect.objectContaining({ value: null, sent: '3 bar' }),
    );
  });

  it('goes with a value that is refused alone, so that it is not stored when it is sent again', async () => {
    await parts.take(['telemetry/lab/bench/temperature', said(21.5, '°C')]);
    const temperature = { value: 3, unit: 'bar' };
    await parts.take(['telemetry/lab/bench', JSON.stringify({ values: { flow: 1, temperature } })]);
    expect(stored().filter((value) => !Number.isNaN(value))).toEqual([21.5, 1]);
    const own = JSON.parse(String(parts.letters.at(-1)!.payload)) as { values: object };
    expect(own.values).toEqual({ temperature });
    await parts.take(['telemetry/lab/bench', JSON.stringify(own)]);
    expect(stored().filter((value) => !Number.isNaN(value))).toEqual([21.5, 1]);
  });

  it('is converted to the one that the machine type declares', async () => {
    await parts.take(['telemetry/plant/meter-1/temperature', said(68, '°F')]);
    expect(stored()[0]).toBe(20);
  });

  it('says nothing where nobody knows it as a unit', async () => {
    for (const unit of ['Pump 3', 'Pump 4']) await parts.take(['telemetry/lab/bench/level', said(2, unit)]);
    expect(stored()).toEqual([2, 2]);
  });
});
