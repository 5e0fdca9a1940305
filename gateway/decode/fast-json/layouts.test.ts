import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkReading } from '../contract.ts';
import { readingsIn, testMachines } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import { newRow } from '../row.ts';
import { fastReads } from './layouts.testing.ts';
import { Layouts, newTopicLayouts } from './layouts.ts';

it('reads what devices send without parsing it, once it has seen one', () => {
  const message = (i: number) =>
    `{"device":"dev${i}","seq":${i},"ts":${1_700_000_000_000 + i},"temperature":${20 + i / 10}, "rssi": -${i}.50,"ok":"yes","fw":"1.4.2","day":"2026-11-21","part":"007","none":"","up":true,"tags":["a]","b"],"at":{"hall":[1,[2]]}}`;
  const payloads = Array.from({ length: 50 }, (_, i) => Buffer.from(message(i)));
  expect(fastReads('generic', undefined, payloads)).toBe(49);
  const dated = (i: number) =>
    `{"last_seen":"2026-11-28T08:00:${10 + i}Z","Air Temp":${i}.5,"message_id":"m${i}"}`;
  expect(
    fastReads(
      'generic',
      undefined,
      Array.from({ length: 50 }, (_, i) => Buffer.from(dated(i))),
    ),
  ).toBe(49);
  const nested = (i: number) =>
    `{ "ts": ${1_700_000_000_000 + i}, "values": { "flow": ${i}.25, "level": ${i} } }\n`;
  expect(
    fastReads(
      'generic',
      undefined,
      Array.from({ length: 50 }, (_, i) => Buffer.from(nested(i))),
    ),
  ).toBe(49);
  const single = (i: number) => `{"value": ${i}, "timestamp_ms": ${1_700_000_000_000 + i}}`;
  expect(
    fastReads(
      'generic',
      'flow',
      Array.from({ length: 50 }, (_, i) => Buffer.from(single(i))),
    ),
  ).toBe(49);
  const ns = (i: number) => `{"id":"m-${i}","time":${1_700_000_000_000 + i}123456,"flow":1}`;
  expect(
    fastReads(
      'generic',
      undefined,
      Array.from({ length: 50 }, (_, i) => Buffer.from(ns(i))),
    ),
  ).toBe(49);
});

it('reads texts that repeat, and parses one that is a number or a state for once', () => {
  const texts = ['ok', 'ok', 'okay', 'o', '', 'ok', '7', 'ON', 'ok', '{"a":1}', 'ok'];
  const payloads = texts.map((each, i) => Buffer.from(JSON.stringify({ flow: i, note: each })));
  // All but the first, the number, the state that becomes a sensor's, and the one with escapes.
  const [number, state] = [texts.indexOf('7'), texts.indexOf('ON')];
  expect(fastReads('generic', undefined, payloads.slice(0, number))).toBe(5);
  expect(fastReads('generic', undefined, payloads.slice(0, state))).toBe(5);
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`note${i}`, 'the same']));
  const wide = Array.from({ length: 30 }, (_, i) => Buffer.from(JSON.stringify({ ...many, flow: i })));
  expect(fastReads('generic', undefined, wide)).toBe(29);
});

it('reads numbers that are printed in full, up to 17 digits', () => {
  const payloads = ['0.1', '0.30000000000000004', '-21.000000000000004', '1234567890123456', '5e-324'].map(
    (value) => Buffer.from(`{"flow":${value}}`),
  );
  expect(fastReads('generic', undefined, payloads)).toBe(3);
  // These are not what JavaScript prints, so the value as stored differs from the text: parsing says so.
  const rounded = ['0.1', '0.30000000000000002', '12345678901234567', '1.12345678901234567890'].map((value) =>
    Buffer.from(`{"flow":${value}}`),
  );
  expect(fastReads('generic', undefined, rounded)).toBe(0);
});

it('what one machine has taught reads the changed messages of all that send alike', () => {
  const early = Array.from({ length: 100 }, (_, i) => Buffer.from(`{"flow":${i}}`));
  const late = Array.from({ length: 100 }, (_, i) => Buffer.from(`{"flow":${i},"note":"changed"}`));
  expect(fastReads('generic', undefined, early, 100)).toBe(0);
  expect(fastReads('generic', undefined, [...early, ...late], 100)).toBe(99);
});

it('says once of each machine that a layout of another one leaves fields of it out', () => {
  const machines = testMachines();
  const told: string[] = [];
  const layouts = new Layouts((schema, { values }) => told.push(`${schema.machine} ${Object.keys(values)}`));
  const row = newRow();
  const send = (machine: string, topic: ReturnType<typeof newTopicLayouts>, text: string): boolean => {
    const schema = machines.find('plant', machine);
    const payload = Buffer.from(text);
    if (layouts.read(topic, payload, schema, row)) return true;
    const [reading] = readingsIn(json.decode(payload, { site: 'plant', machine }));
    checkReading(schema, reading!.values, row);
    layouts.learn(topic, payload, { schema, sensor: undefined, reading: reading!, row });
    return false;
  };
  const [one, other] = [newTopicLayouts(), newTopicLayouts()];
  for (const text of ['{"flow":1}', '{"flow":2,"rssi":-60}']) send('meter-1', one, text);
  const read = ['{"flow":1}', '{"flow":3,"rssi":-61}', '{"flow":4,"rssi":-62}'].map((text) =>
    send('meter-2', other, text),
  );
  expect(read).toEqual([false, true, true]);
  expect(told).toEqual(['meter-2 flow,rssi']);
});

it('follows a device that alternates between messages, and gives up on one that never repeats a layout', () => {
  const kinds = [
    (i: number) => `{"flow":${i}}`,
    (i: number) => `{"level":${i},"ts":${1_700_000_000_000 + i}}`,
  ];
  const alternating = Array.from({ length: 40 }, (_, i) => Buffer.from(kinds[i % 2]!(i)));
  expect(fastReads('generic', undefined, alternating)).toBe(37);
  const restless = Array.from({ length: 100 }, (_, i) => Buffer.from(`{"flow":${i},"text${i}":"x"}`));
  expect(fastReads('generic', undefined, restless)).toBe(0);
});

const digits = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.tuple(fc.integer(), fc.nat(999_999)).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1.500',
    '0.0000001',
    '1e3',
    '1E-9',
    '123456789012345678',
    '0.1234567890123456',
    '01',
    '1.',
    '-',
  ),
);
const text = fc.oneof(
  fc.constantFrom(
    '"ok"',
    '"21.5"',
    '" 7"',
    '"7 "',
    '"+7e2"',
    '"007"',
    '"1.4.2"',
    '"1 2"',
    '"-"',
    '""',
    '"a\\n"',
    '"é"',
    '"2026-11-21T10:00:00Z"',
    '"\u0001"',
    '"}"',
  ),
  fc.string({ maxLength: 6 }).map((value) => JSON.stringify(value)),
);
const value = fc.oneof(
  digits,
  text,
  fc.constantFrom('null', 'true', '{}', '[1]', '{"a":1}', '["x]",[2,{}]]'),
);
/** Numbers as sensors usually print them. */
const plain = fc
  .tuple(fc.integer({ min: -500, max: 5_000 }), fc.nat(999))
  .map(([whole, part]) => `${whole}.${part}`);
/** Numbers as programs print them that compute: up to 17 digits. */
const full = fc.integer({ min: -5_000_000, max: 50_000_000 }).map((value) => JSON.stringify(value / 7_000));
const keys = [
  'temperature',
  'flow',
  'status',
  'ts',
  'time',
  'seq',
  'id',
  'value',
  'speed',
  'values',
  '__proto__',
];
const fixed = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 5 }),
  gap: fc.constantFrom('', ' ', '\n\t'),
  nested: fc.boolean(),
});
const time = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }).map(String);
const damage = fc.record({
  at: fc.nat(200),
  byte: fc.nat(255),
  kind: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'set', 'cut'),
});

it('reads long texts to their end, at any position and with any content', () => {
  const special = fc.constantFrom(
    '"',
    '\\',
    '\\x',
    '\u0000',
    '\u001f',
    ' ',
    '!',
    '#',
    '[',
    ']',
    '\u007f',
    'é',
    '€😀',
  );
  const long = fc.record({
    length: fc.integer({ min: 100, max: 400 }),
    at: fc.nat(400),
    special,
    offset: fc.nat(3),
  });
  let short = 0;
  fc.assert(
    fc.property(fc.array(long, { minLength: 5, maxLength: 10 }), (texts) => {
      const payloads = texts.map(({ length, at, special: piece, offset }, i) => {
        const text = `${'a'.repeat(at % length)}${piece}${'b'.repeat(length - (at % length))}`;
        const first = i === 0 ? 'plain' : text;
        const memory = Buffer.from(`${' '.repeat(offset)}{"flow":${i},"note":"${first}","ok":"yes"}`);
        return memory.subarray(offset);
      });
      short += fastReads('generic', undefined, payloads);
    }),
    { numRuns: 1_000 },
  );
  expect(short).toBeGreaterThan(1_000);
});

it('never interprets a message differently than parsing does', () => {
  const sent = fc.record({
    shape: fixed,
    messages: fc.array(
      fc.record({
        values: fc.array(fc.oneof({ weight: 9, arbitrary: plain }, { weight: 9, arbitrary: full }, value), {
          minLength: 5,
          maxLength: 5,
        }),
        time,
        damage,
      }),
      {
        minLength: 2,
        maxLength: 12,
      },
    ),
    type: fc.constantFrom('generic', 'pump'),
    sensor: fc.constantFrom(undefined, 'flow', 'temperature'),
  });
  let short = 0;
  fc.assert(
    fc.property(sent, ({ shape, messages, type, sensor }) => {
      const payloads = messages.map(({ values, time: ms, damage: harm }) => {
        const fields = shape.keys.map(
          (key, i) => `"${key}"${shape.gap}:${shape.gap}${key === 'ts' || key === 'time' ? ms : values[i]}`,
        );
        const inner = `{${fields.join(`,${shape.gap}`)}}`;
        const bytes = Buffer.from(shape.nested ? `{"seq":${values[0]},"values":${inner}}` : inner);
        if (harm.kind === 'set' && bytes.length > 0) bytes[harm.at % bytes.length] = harm.byte;
        return harm.kind === 'cut' ? bytes.subarray(0, harm.at % bytes.length) : bytes;
      });
      short += fastReads(type, sensor, payloads, 2);
    }),
    { numRuns: 3_000 },
  );
  expect(short).toBeGreaterThan(1_000);
});
