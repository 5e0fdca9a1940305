import { DuckDBDoubleVector, DuckDBTimestampNanosecondsVector, DuckDBVarCharVector } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLine } from '../../../../shared/contract/line-protocol.ts';
import type { RejectedLine } from '../../../ports/store.ts';
import { Catalog } from '../catalog.ts';
import { LineReader } from './line-reader.ts';

function read(lines: string[], reader = new LineReader(new Catalog(512))) {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const rejected: RejectedLine[] = [];
  const at = reader.read(text, 0, text.length, rejected);
  return { reader, rejected, at, bytes: text.length };
}

/** The rows pending of the only table, as the database would get them. */
function rowsOf(reader: LineReader): { time: bigint; machine: string; fields: Record<string, number> }[] {
  const [rows] = reader.pending();
  if (!rows) return [];
  const chunk = rows.toChunk();
  return Array.from({ length: rows.count }, (_, row) => {
    const fields: Record<string, number> = {};
    for (const column of rows.table.columns) {
      const vector = chunk.getColumnVector(column.index + 4);
      const value = vector instanceof DuckDBDoubleVector ? vector.getItem(row) : null;
      if (value !== null) fields[column.key] = value;
    }
    const time = chunk.getColumnVector(0);
    const machine = chunk.getColumnVector(2);
    return {
      time: time instanceof DuckDBTimestampNanosecondsVector ? (time.getItem(row)?.nanos ?? 0n) : 0n,
      machine: machine instanceof DuckDBVarCharVector ? (machine.getItem(row) ?? '') : '',
      fields,
    };
  });
}

const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => value.toFixed(3)),
  fc.constantFrom(
    '0',
    '-0',
    '1.',
    '.5',
    '-.5',
    '1e5',
    '1E-5',
    '00012',
    '9007199254740993',
    '123456789012345',
    '-1e+2',
  ),
);

test('the fast path reads the same as the contract’s parser', () => {
  const line = fc.record({
    machine: fc.constantFrom('m1', 'm2', 'm3'),
    fields: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ünï'), numberText, { minKeys: 1 }),
    time: fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_805n }),
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (specs) => {
      const lines = specs.map(({ machine, fields, time }) => {
        const text = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
        return `pump,gateway=g,machine=${machine},site=s ${text.join(',')} ${time}`;
      });
      const { reader, rejected } = read([...lines, ...lines]);
      expect(rejected).toEqual([]);
      const expected = [...lines, ...lines].map((text) => {
        const parsed = parseLine(text);
        return { time: parsed.timestampNs, machine: parsed.tags.machine, fields: parsed.fields };
      });
      expect(rowsOf(reader)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test('a malformed line leaves nothing behind, wherever it is malformed', () => {
  const good = 'pump,gateway=g,machine=m,site=s a=1,b=2 1700000000000000000';
  for (let length = 1; length < good.length - 1; length++) {
    const cut = good.slice(0, length);
    const { reader, rejected } = read([good, cut, 'pump,gateway=g,machine=m,site=s b=4 1700000000000000001']);
    const stillGood = /a=1,b=2 \d+$/.test(cut);
    expect(rejected.map(({ line }) => line)).toEqual(stillGood ? [] : [cut]);
    expect(rowsOf(reader).at(-1)?.fields).toEqual({ b: 4 });
  }
});

test('arbitrary bytes: every line is either read or rejected', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 10 }), (texts) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' '));
      const { reader, rejected } = read(['pump,gateway=g,machine=m,site=s a=1 1', ...lines]);
      const stored = reader.pending().reduce((sum, rows) => sum + rows.count, 0);
      expect(stored + rejected.length).toBe(lines.length + 1);
    }),
  );
});

test('stops when a chunk is full, and continues from there', () => {
  const lines = Array.from({ length: 2_050 }, (_, i) => `pump,gateway=g,machine=m,site=s a=${i} ${i + 1}`);
  const { reader, at, bytes } = read(lines);
  expect(at).toBeLessThan(bytes);
  expect(rowsOf(reader)).toHaveLength(2_048);
  reader.taken();
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  expect(reader.read(text, at, bytes, [])).toBe(bytes);
  expect(rowsOf(reader).map(({ fields }) => fields.a)).toEqual([2_048, 2_049]);
});
