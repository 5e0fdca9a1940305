import { describe, expect, it } from 'vitest';
import type { NamedTypedValue, TypedReading } from '../../ports/source.ts';
import { typedReadings } from './decoder.ts';
import { readReadings } from './read.ts';
import { shownReadings } from './shown.ts';
import { writeReadings } from './write.ts';

const target = { site: '', machine: '' };
const reading = (...values: NamedTypedValue[]): TypedReading => ({ site: 'hall', machine: 'pump', values });
const refusal = (code: string) => expect.objectContaining({ code, stage: 'decode' });
const decode = (...readings: TypedReading[]) => typedReadings.decode(writeReadings(readings), target);

describe('the binary form', () => {
  it('keeps every kind of value, quality and time', () => {
    const readings: TypedReading[] = [
      {
        ...{ site: 'hall', machine: 'pump', timeNs: 1_700_000_000_123_456_789n },
        values: [
          ['a', 21.5],
          ['b', -(2n ** 63n)],
          ['c', 2n ** 64n - 1n, 'uncertain'],
          ['d', true],
          ['e', false],
          ['f', 'AUTO'],
          ['g', null, 'bad'],
          ['h', Number.NaN],
          ['i', -0],
          ['ü', 'µ'.repeat(300)],
        ],
      },
      { site: 'hall', machine: 'pump', values: [['a', 1]] },
      { site: 'yard', machine: 'fan', values: [] },
    ];
    const bytes = writeReadings(readings);
    expect(readReadings(bytes)).toEqual(readings);
    expect(writeReadings(readings.slice(1)).length).toBeLessThan(50);
  });

  it('keeps integers beyond 64 bits as their digits, and bounds texts', () => {
    const [read] = readReadings(writeReadings([reading(['a', 2n ** 64n], ['b', 'x'.repeat(10_000)])]));
    expect(read?.values).toEqual([
      ['a', '18446744073709551616'],
      ['b', 'x'.repeat(4_096)],
    ]);
  });

  it('is refused where it is cut, longer, of another number, or with unknown parts', () => {
    const bytes = writeReadings([{ ...reading(['a', 1], ['b', 'text']), timeNs: 5n }]);
    for (let length = 0; length < bytes.length; length++)
      expect(() => readReadings(bytes.subarray(0, length))).toThrow(refusal('DECODE_READINGS'));
    expect(() => readReadings(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/behind the last/);
    expect(() => readReadings(Buffer.concat([Buffer.of(2), bytes.subarray(1)]))).toThrow(/form 2.*later one/);
    expect(() => readReadings(Buffer.of(1, 0xff, 0xff, 0xff, 0xff, 0xff, 1))).toThrow(/no end/);
    expect(() => readReadings(Buffer.of(1, 1, 9))).toThrow(/no text 9/);
  });

  it('is read within the limits of any message', () => {
    const many = Array.from({ length: 1_001 }, () => reading(['a', 1]));
    expect(() => decode(...many)).toThrow(refusal('DECODE_TOO_MANY'));
    const wide = Array.from({ length: 2_049 }, (_, i): NamedTypedValue => [`s${i}`, i]);
    expect(() => decode(reading(...wide))).toThrow(refusal('DECODE_TOO_MANY'));
    const long = Array.from({ length: 33 }, () => reading(...wide.slice(0, 2_048)));
    expect(() => decode(...long)).toThrow(refusal('DECODE_TOO_MANY'));
    expect(() => decode(reading(['x'.repeat(1_025), 1]))).toThrow(refusal('DECODE_TOO_LONG'));
    expect(() => readReadings(Buffer.of(1, 0xff, 0xff, 0xff, 0x0f))).toThrow(refusal('DECODE_TOO_MANY'));
  });

  it('is shown to people, a line a reading', () => {
    const { site, machine, values } = reading(
      ['temp', 21.5],
      ['mode', 'AUTO', 'uncertain'],
      ['flow', null, 'bad'],
    );
    const bytes = writeReadings([
      { site, machine, values },
      { site, machine, timeNs: 1_700_000_000_000_000_007n, values: [['count', 2n ** 60n]] },
    ]);
    expect(shownReadings(bytes).split('\n')).toEqual([
      'hall/pump  without a time  temp=21.5  mode="AUTO" (uncertain)  flow=no value (bad)',
      'hall/pump  2023-11-14T22:13:20.000000007Z  count=1152921504606846976',
    ]);
    expect(shownReadings(Buffer.of(9))).toMatch(/cannot be read: they are of form 9/);
  });
});

describe('typed readings as those of any format', () => {
  it('have names as the contract knows them, doubles, and names of what is rounded', () => {
    const [first, second] = decode(
      {
        ...reading(['Air Temp', 21.5], ['count', 2n ** 53n + 1n], ['exact', 2n ** 60n]),
        timeNs: 1_700_000_000_123_456_789n,
      },
      reading(['a', null], ['b', 3]),
    );
    expect(first).toMatchObject({
      ...{ site: 'hall', machine: 'pump', rounded: ['count'] },
      values: { Air_Temp: 21.5, count: 2 ** 53, exact: 2 ** 60 },
      deviceTime: { ms: 1_700_000_000_123, ns: 456_789 },
    });
    expect(second).toMatchObject({ values: { b: 3 }, refused: [{ name: 'a', value: null, error: null }] });
  });

  it('without a good value are faults of their sensors', () => {
    expect(decode(reading(['a', null], ['b', 7, 'bad']))).toMatchObject([
      {
        faults: [
          { name: 'a', error: null },
          { name: 'b', value: 7, error: { code: 'DECODE_QUALITY' } },
        ],
      },
    ]);
  });

  it('with a time before 1970 or a name twice are refused, and nothing else with them', () => {
    const [early, twice, good] = decode(
      { ...reading(['a', 1]), timeNs: -1n },
      reading(['a b', 1], ['a_b', 2]),
      reading(['a', 3]),
    );
    expect(early?.unreadable?.error).toMatchObject({ code: 'DECODE_TIME' });
    expect(twice).toMatchObject({ values: { a_b: 1 }, refused: [{ error: { code: 'DECODE_NAME_TWICE' } }] });
    expect(good).toMatchObject({ values: { a: 3 } });
  });

  it('are messages of their own with every digit, whole or one sensor at the time of arrival', () => {
    const [first] = decode(reading(['Air Temp', 2n ** 53n + 1n], ['b', 1]), reading(['a', 1]));
    const own = first && 'own' in first ? first.own : undefined;
    expect(readReadings(own!())).toEqual([reading(['Air Temp', 2n ** 53n + 1n], ['b', 1])]);
    expect(readReadings(own!('Air_Temp', 1_700_000_000_000.5))).toEqual([
      { ...reading(['Air Temp', 2n ** 53n + 1n]), timeNs: 1_700_000_000_000_000_000n },
    ]);
  });
});
