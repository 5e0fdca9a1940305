import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../runtime/validate.ts';
import { blocksOf, distinctRequests, halvesOf } from './blocks.ts';
import { pointReader } from './decode.ts';
import { PointConfig } from './point.ts';
import { pointProblems } from './point-problems.ts';

const validate = compileValidator(PointConfig);
const point = (settings: object) =>
  validate({ name: 'a', address: 0, ...settings }, (problem) => new Error(problem));
const read = (settings: object, hex: string) =>
  pointReader(point(settings), 0)(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('the value of a point', () => {
  it.each([
    [{}, 'ffff', 65_535],
    [{ type: 'int16' }, 'ffff', -1],
    [{ type: 'int16', scale: 0.1 }, '0003', 0.3],
    [{ type: 'int16', scale: 0.1 }, 'ffe9', -2.3],
    [{ scale: 2, offset: -40 }, '0032', 60],
    [{ type: 'uint32' }, 'ffff fffe', 4_294_967_294],
    [{ type: 'uint32', wordOrder: 'low-first' }, '0001 0002', 0x0002_0001],
    [{ type: 'uint32', byteOrder: 'low-first' }, '0100 0200', 0x0001_0002],
    [{ type: 'uint32', wordOrder: 'low-first', byteOrder: 'low-first' }, '0100 0200', 0x0002_0001],
    [{ type: 'int32' }, 'ffff fffe', -2],
    [{ type: 'int64' }, 'ffff ffff ffff fffe', -2],
    [{ type: 'uint64' }, '0020 0000 0000 0001', 2n ** 53n + 1n],
    [{ type: 'uint64', wordOrder: 'low-first' }, '0005 0000 0000 0000', 5],
    [{ type: 'uint64', scale: 0.001 }, '0000 0000 0000 03e9', 1.001],
    [{ type: 'float32' }, '4366 199a', 230.1],
    [{ type: 'float32', wordOrder: 'low-first' }, '199a 4366', 230.1],
    [{ type: 'float32' }, '7fc0 0000', null],
    [{ type: 'float32' }, 'ff80 0000', null],
    [{ type: 'float64' }, '406c c333 3333 3333', 230.1],
    [{ type: 'bcd' }, '1234', 1_234],
    [{ type: 'bcd', registers: 2 }, '1234 5678', 12_345_678],
    [{ type: 'bcd' }, '12f4', null],
    [{ type: 'bool', bit: 3 }, '0008', true],
    [{ type: 'bool', bit: 3 }, '0800', false],
    [{ type: 'bool', bit: 11 }, '0800', true],
    [{ type: 'bool', bit: 0, byteOrder: 'low-first' }, '0100', true],
    [{ type: 'text', registers: 3 }, '4142 4300 5858', 'ABC'],
    [{ type: 'text', registers: 2, byteOrder: 'low-first' }, '4241 2043', 'ABC'],
    [{ type: 'text', registers: 1 }, '0000', null],
    [{ unavailable: [0x8000] }, '8000', null],
    [{ unavailable: [0x8000] }, '8001', 0x8001],
    [{ type: 'int16', unavailable: [-32_768, 0x7fff] }, '8000', null],
    [{ type: 'uint64', unavailable: ['0xffffffffffffffff'] }, 'ffff ffff ffff ffff', null],
    [{ type: 'uint32', wordOrder: 'low-first', unavailable: [0x8000_0000] }, '0000 8000', null],
    [{ states: { 0: 'stopped', 1: 'running' } }, '0001', 'running'],
    [{ states: { 0: 'stopped', 1: 'running' } }, '0007', '7'],
    [{ type: 'bool', bit: 0, states: { 0: 'closed', 1: 'open' } }, '0001', 'open'],
  ])('%j of %s is %s', (settings, hex, value) => {
    expect(pointProblems(point(settings))).toEqual([]);
    expect(read(settings, hex)).toEqual(value);
  });

  it('of a bit is where the specification puts it', () => {
    const coil = point({ function: 1, address: 29, type: 'bool' });
    expect(pointReader(coil, 19)(Buffer.from('cd6b', 'hex'))).toBe(false);
    expect(pointReader(coil, 20)(Buffer.from('cd6b', 'hex'))).toBe(true);
  });
});

it.each([
  [{ function: 1 }, 'type', /reads bits: use "bool"/],
  [{ function: 2, type: 'bool', bit: 1 }, 'bit', /leave it out/],
  [{ type: 'bool' }, 'bit', /is needed for a bool in a register/],
  [{ bit: 1 }, 'bit', /only for the type "bool"/],
  [{ type: 'text' }, 'registers', /two characters a register/],
  [{ registers: 2 }, 'registers', /only for the types/],
  [{ type: 'bcd', registers: 5 }, 'registers', /at most 4/],
  [{ type: 'float32', states: { 0: 'a' } }, 'states', /names of whole numbers/],
  [{ type: 'uint32', address: 65_535 }, 'address', /too near to 65535/],
  [{ name: 'seq' }, 'name', /not a sensor/],
  [{ name: 'mode_text' }, 'name', /kept for the texts of states/],
  [{ scale: 0 }, 'scale', /every value would be the same/],
  [{ scale: 2, states: { 0: 'idle' } }, 'scale', /no effect on states/],
  [{ offset: 1, states: { 0: 'idle' } }, 'offset', /no effect on states/],
  [{ offset: 1, type: 'bool', bit: 0 }, 'offset', /no effect on the type "bool"/],
  [{ scale: 0.1, type: 'text', registers: 1 }, 'scale', /no effect on the type "text"/],
  [{ states: { 0: '1st gear' } }, 'states', /has '1st gear', which is not stored/],
  [{ states: { 0: 'unknown' } }, 'states', /word for nothing/],
  [{ unavailable: [0x1_0000] }, 'unavailable', /has 65536, which the 16 bits/],
  [{ type: 'int16', unavailable: [-32_769] }, 'unavailable', /has -32769/],
  [{ type: 'uint32', unavailable: ['0x100000000'] }, 'unavailable', /the 32 bits/],
  [{ type: 'bcd', registers: 2, unavailable: [-1] }, 'unavailable', /has -1/],
  [{ type: 'bool', bit: 0, unavailable: [1] }, 'unavailable', /no effect on the type "bool"/],
  [{ type: 'text', registers: 1, unavailable: [0] }, 'unavailable', /no effect on the type "text"/],
])('a point %j is refused', (settings, key, problem) => {
  expect(pointProblems(point(settings))).toEqual([{ key, problem: expect.stringMatching(problem) }]);
});

describe('blocks', () => {
  const at = (address: number, settings: object = {}) => point({ name: `r${address}`, address, ...settings });
  const shapes = (points: PointConfig[], limits = { gapMax: 8, countMax: 100 }) =>
    blocksOf(points, limits).map(({ function: of, address, count }) => `${of}:${address}+${count}`);

  it('join neighbours within the limits, and nothing of another function', () => {
    expect(shapes([at(10), at(0), at(1)])).toEqual(['3:0+11']);
    expect(shapes([at(0), at(10)])).toEqual(['3:0+1', '3:10+1']);
    expect(shapes([at(0), at(9)])).toEqual(['3:0+10']);
    expect(shapes([at(0), at(1, { function: 4 })])).toEqual(['3:0+1', '4:1+1']);
    expect(shapes(Array.from({ length: 300 }, (_, i) => at(i)))).toEqual([
      '3:0+100',
      '3:100+100',
      '3:200+100',
    ]);
    expect(shapes([at(0, { type: 'uint32' }), at(0)], { gapMax: 0, countMax: 2 })).toEqual(['3:0+2']);
    expect(
      shapes([at(0, { type: 'float32' }), at(2, { type: 'float32' })], { gapMax: 0, countMax: 3 }),
    ).toEqual(['3:0+2', '3:2+2']);
    const coils = [0, 100, 1_990].map((address) => at(address, { function: 1, type: 'bool' }));
    expect(shapes(coils, { gapMax: 200, countMax: 125 })).toEqual(['1:0+1991']);
  });

  it('are cut near their middle, and never through a point', () => {
    const cut = (points: PointConfig[]) =>
      halvesOf(blocksOf(points, { gapMax: 8, countMax: 100 })[0]!)?.map(
        ({ address, count }) => `${address}+${count}`,
      );
    expect(cut([at(0), at(1), at(2), at(3)])).toEqual(['0+2', '2+2']);
    expect(cut([at(0, { type: 'float32' }), at(4)])).toEqual(['0+2', '4+1']);
    expect(cut([at(0, { type: 'uint64' }), at(1), at(2), at(4)])).toEqual(['0+4', '4+1']);
    expect(cut([at(0, { type: 'bool', bit: 0 }), at(0, { type: 'bool', bit: 1 })])).toBeUndefined();
  });

  it('have requests of different lengths, all of whole points', () => {
    const floats = [0, 2, 4].map((address) => at(address, { type: 'float32', function: 4 }));
    const requests = distinctRequests(blocksOf(floats, { gapMax: 0, countMax: 100 }), 9);
    expect(requests.map(({ unit, count }) => [unit, count])).toEqual([
      [9, 6],
      [9, 2],
      [9, 4],
    ]);
  });

  it('of bits have requests that differ in bytes, not only in bits', () => {
    const coils = Array.from({ length: 20 }, (_, i) => at(i, { function: 1, type: 'bool' }));
    const requests = distinctRequests(blocksOf(coils, { gapMax: 0, countMax: 100 }), 1);
    expect(requests.map(({ count }) => count)).toEqual([20, 1, 9]);
  });
});
