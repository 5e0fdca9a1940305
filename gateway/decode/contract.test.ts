import { describe, expect, it } from 'vitest';
import { checkReading } from './contract.ts';
import { testMachines } from './fixtures.testing.ts';
import { newRow, type Row } from './row.ts';

const machines = testMachines();
const meter = machines.find('plant', 'meter-1');
const open = machines.find('lab', 'bench');
const row: Row = newRow();

it('an open type that has all the sensors that it may have says so where a value is refused for that', () => {
  const full = testMachines().find('lab', 'many');
  for (let i = 0; i < 64; i++) checkReading(full, { [`col${i}`]: i }, row);
  expect(() => checkReading(full, { col64: 64 }, row)).toThrow(/has 64 sensors by now, which are all/);
});

describe('a declared type', () => {
  it('accepts its sensors by column; absent and null ones are NaN; others are ignored and counted', () => {
    checkReading(meter, { flow: 3, temperature: null, firmware: '1.2', seq: 4, ts: 5 }, row);
    expect([...row.values.subarray(0, 2)]).toEqual([Number.NaN, 3]);
    expect(row).toMatchObject({ present: 1, ignored: 1 });
  });

  it('accepts a boolean as 0 or 1', () => {
    checkReading(meter, { flow: true }, row);
    expect(row.values[1]).toBe(1);
  });

  it.each([
    ['3', 3],
    [' -0.5', -0.5],
    ['+1.25e2', 125],
  ])('accepts the number in the text %j', (text, value) => {
    checkReading(machines.find('plant', 'meter-2'), { temperature: text }, row);
    expect(row.values[0]).toBe(value);
  });

  it('reports which fields came in place of its sensors', () => {
    const check = () => checkReading(meter, { speed: 'fast', list: [1] }, row);
    expect(check).toThrow(
      /the message has "speed": "fast", "list": a list \(the type has: temperature, flow\)/,
    );
  });

  it.each([
    [{ flow: '3 l' }, 'CONTRACT_TYPE'],
    [{ flow: '' }, 'CONTRACT_TYPE'],
    [{ flow: '1e999' }, 'CONTRACT_TYPE'],
    [{ flow: { value: 3 } }, 'CONTRACT_TYPE'],
    [{ flow: [3] }, 'CONTRACT_TYPE'],
    [{ flow: Number.POSITIVE_INFINITY }, 'CONTRACT_FINITE'],
    [{ flow: Number.NaN }, 'CONTRACT_FINITE'],
    [{ flow: 1e300 }, 'CONTRACT_RANGE'],
    [{ flow: -1 }, 'CONTRACT_RANGE'],
    [{ speed: 3 }, 'CONTRACT_EMPTY'],
    [{}, 'CONTRACT_EMPTY'],
  ])('refuses %j', (values, code) => {
    expect(() => checkReading(meter, values, row)).toThrow(
      expect.objectContaining({ code, stage: 'contract' }),
    );
  });

  it('refuses values that its sensors cannot have alone, and none of the next reading', () => {
    checkReading(meter, { flow: 3, temperature: -127 }, row);
    expect([...row.values.subarray(0, 2)]).toEqual([Number.NaN, 3]);
    expect(row.refused).toMatchObject([
      { sensor: 'temperature', value: -127, column: 0, error: { code: 'CONTRACT_RANGE' } },
    ]);
    checkReading(meter, { flow: 3, temperature: 'unavailable' }, row);
    expect(row.refused).toMatchObject([{ value: 'unavailable', error: { code: 'CONTRACT_TYPE' } }]);
    checkReading(meter, { flow: 3, temperature: 20 }, row);
    expect(row.refused).toEqual([]);
  });

  it('is not misled by names of object properties', () => {
    const values = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}');
    expect(() => checkReading(meter, values, row)).toThrow(
      expect.objectContaining({ code: 'CONTRACT_EMPTY' }),
    );
  });
});

describe('an open type', () => {
  it('opens a column for every number under a plain name, up to 64', () => {
    checkReading(open, { a: 1, note: 'text', 'not plain': 2, seq: 3 }, row);
    expect(open.set.sensors).toEqual(['a']);
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`s${i}`, i]));
    checkReading(open, many, row);
    expect(open.set.sensors).toHaveLength(64);
    expect(row.ignored).toBe(17);
  });
});

it('an open type ignores values that are not numbers', () => {
  const bench = testMachines().find('lab', 'bench');
  checkReading(bench, { flow: 1, level: 2 }, row);
  checkReading(bench, { flow: 'unavailable', level: 3 }, row);
  expect([row.values[0], row.values[1], row.present, row.ignored]).toEqual([Number.NaN, 3, 1, 1]);
  expect(row.refused).toEqual([{ sensor: 'flow', value: 'unavailable', error: null, column: 0 }]);
  checkReading(bench, { flow: 'AUTO', level: 3 }, row);
  expect(row.refused).toEqual([]);
  checkReading(bench, { flow: Number.POSITIVE_INFINITY, level: 3 }, row);
  expect(row.refused).toMatchObject([{ sensor: 'flow', error: { code: 'CONTRACT_FINITE' } }]);
});

it.each([
  ['21.5', ['text']],
  ['007', []],
  ['1234567890123456', []],
  ['2026-11-21', []],
  ['', []],
  ['warm', []],
  [true, ['text']],
])('an open type accepts a text as a sensor value only if it is a number: %j', (text, sensors) => {
  const bench = testMachines().find('lab', 'bench');
  checkReading(bench, { text, flow: 1 }, row);
  expect(bench.set.sensors.filter((sensor) => sensor !== 'flow')).toEqual(sensors);
});

describe('machines', () => {
  it.each([
    ['plant', 'fan-1', 'MACHINE_UNKNOWN'],
    ['plant', 'meter-1,evil=1', 'MACHINE_NAME'],
    ['', 'meter-1', 'MACHINE_NAME'],
    ['plant', `meter-${'x'.repeat(80)}`, 'MACHINE_NAME'],
  ])('refuses %s/%s', (site, machine, code) => {
    expect(() => machines.find(site, machine)).toThrow(expect.objectContaining({ code }));
  });

  it('are bounded', () => {
    const few = testMachines(1);
    few.find('lab', 'one');
    expect(() => few.find('lab', 'two')).toThrow(expect.objectContaining({ code: 'MACHINE_LIMIT' }));
    expect(few.find('lab', 'one').machine).toBe('one');
  });
});

it('a value named `value` is stored beside others, and alone', () => {
  const open = testMachines().find('lab', 'value-1');
  for (const values of [{ level: 1, value: 42 }, { value: 43 }, { values: 44 }]) {
    checkReading(open, values, row);
    expect([row.present, row.ignored]).toEqual([Object.keys(values).length, 0]);
  }
  expect(open.set.sensors).toEqual(['level', 'value', 'values']);
});
