/** Which texts are numbers: one rule for every format. */
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { Decoder } from '../ports/decode.ts';
import { checkReading } from './contract.ts';
import { decodeText, testMachines } from './fixtures.testing.ts';
import { cbor } from './formats/cbor/cbor.ts';
import { createCsv } from './formats/csv/csv.ts';
import { influx } from './formats/influx/influx.ts';
import { json } from './formats/json/json.ts';
import { keyValue } from './formats/key-value/key-value.ts';
import { createMapped } from './formats/mapped/mapped.ts';
import { number } from './formats/number/number.ts';
import type { Mapping } from './mapping/schema.ts';
import { newRow } from './row.ts';

const csv = createCsv({ columns: ['flow', 'level'] });
const mapping: Mapping = { rest: 'leave', fields: [{ path: 'flow' }, { path: 'rate', scale: 1 }] };
const mapped = createMapped({ mapping }, undefined);

/** How each format says that `flow` is a text; null where it cannot. */
const formats: Record<string, (text: string) => ReturnType<Decoder['decode']> | null> = {
  json: (text) => decodeText(json, JSON.stringify({ flow: text, level: 1 })),
  'json on the topic of the sensor': (text) => decodeText(json, JSON.stringify({ value: text }), 'flow'),
  cbor: (text) =>
    cbor.decode(Buffer.from(encode({ flow: text, level: 1 })), { site: 'plant', machine: 'pump-1' }),
  csv: (text) => decodeText(csv, `${text};1`),
  'key-value': (text) => (text.includes(' ') ? null : decodeText(keyValue, `flow=${text} level=1`)),
  number: (text) => decodeText(number, text, 'flow'),
  'line protocol': (text) => decodeText(influx, `flow value="${text}"`),
  'a mapping': (text) => decodeText(mapped, JSON.stringify({ flow: text })),
  'a mapping with a scale': (text) => decodeText(mapped, JSON.stringify({ rate: text })),
};

const numbers: [text: string, value: number][] = [
  ['12', 12],
  ['12.5', 12.5],
  ['12.', 12],
  ['-.5', -0.5],
  ['.5', 0.5],
  ['+5', 5],
  ['-5.', -5],
  [' 12 ', 12],
  ['1e5', 1e5],
  ['1.5E-3', 0.0015],
  ['0', 0],
  ['0.', 0],
];
const none = [
  ...[
    '1_000',
    '0x10',
    '0X1F',
    '0b11',
    '0o17',
    '١٢',
    '１２',
    '1e',
    '1e+',
    '.',
    '+',
    '--1',
    '1.2.3',
    '1 2',
    '',
    ' ',
  ],
  ...['NaN', 'Infinity', '-Infinity', 'inf', "1'000", '½', '²', '12..', '.e5', '+.'],
];

/** The number that is stored as `flow` (or as `rate`) of a machine of an open type; null if none is. */
function stored(decoded: ReturnType<Decoder['decode']> | null): number | null {
  const [item] = decoded ?? [];
  if (!item || !('values' in item) || !item.values) return null;
  const schema = testMachines().find('lab', 'bench');
  const row = newRow();
  checkReading(schema, { ...item.values, other: 1 }, row);
  const column = schema.set.columns.get('flow') ?? schema.set.columns.get('rate');
  const value = column === undefined ? Number.NaN : row.values[column]!;
  return Number.isNaN(value) ? null : value;
}

function storedBy(format: string, text: string): number | null {
  const decode = formats[format]!;
  try {
    return stored(decode(text));
  } catch {
    return null; // refused whole, with its reason
  }
}

describe.each(Object.keys(formats))('%s', (format) => {
  it.each(numbers)('takes %j for a number', (text, value) => {
    if (formats[format]!(text) === null) return;
    expect(storedBy(format, text)).toBe(value);
  });

  it.each(none)('takes %j for none', (text) => {
    expect(storedBy(format, text)).toBe(null);
  });
});
