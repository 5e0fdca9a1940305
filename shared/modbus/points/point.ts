/**
 * Points (shared/modbus/points): a value of a device, where it is in its registers, and what the registers mean. All of
 * it is data. Blocks are points that are read together. The requests themselves are in ../frames.
 */
import { type Static, Type } from '@sinclair/typebox';

const orders = Type.Union([Type.Literal('high-first'), Type.Literal('low-first')]);

const types = [
  'bool',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
  'bcd',
  'text',
] as const;
export type PointType = (typeof types)[number];

/** A raw value: a whole number, or one of more than 53 bits as text. */
const RawValue = Type.Union([
  Type.Integer(),
  Type.String({ pattern: '^0x[0-9a-fA-F]{1,16}$', form: 'a number such as 0xFFFFFFFFFFFFFFFF, in quotes' }),
]);

export const PointConfig = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$',
      form: 'a name of up to 64 letters (a–z), digits and _, beginning with a letter',
      description: 'The sensor.',
      examples: ['motor_current'],
    }),
    function: Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4)], {
      default: 3,
      description:
        'The function that reads it: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers.',
    }),
    address: Type.Integer({
      minimum: 0,
      maximum: 0xffff,
      description:
        'Its first register or bit, counted from 0 as it is sent: a manual’s 40001 (or 30001) is 0, and so is its register 1.',
      examples: [12],
    }),
    type: Type.Union(
      types.map((type) => Type.Literal(type)),
      { default: 'uint16', description: 'How the registers are read. Bits (functions 1 and 2) are `bool`.' },
    ),
    bit: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 15,
        description: 'For a `bool` in a register: its bit, 0 the lowest.',
        examples: [3],
      }),
    ),
    registers: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
        description: 'Registers of a `text` or `bcd`; for `bcd` 1 if absent.',
        examples: [4],
      }),
    ),
    wordOrder: Type.Union([...orders.anyOf], {
      default: 'high-first',
      description: 'The register that comes first in a value of several.',
    }),
    byteOrder: Type.Union([...orders.anyOf], {
      default: 'high-first',
      description: 'The byte that comes first in a register; the specification says the high one.',
    }),
    scale: Type.Number({ default: 1, description: 'The raw value is multiplied by it.' }),
    offset: Type.Number({ default: 0, description: 'Added after that.' }),
    unit: Type.Optional(
      Type.String({ maxLength: 16, description: 'The unit, for people.', examples: ['A'] }),
    ),
    periodMs: Type.Optional(
      Type.Integer({
        minimum: 50,
        maximum: 86_400_000,
        description: 'How often it is read; that of its slave if absent.',
        examples: [60_000],
      }),
    ),
    states: Type.Optional(
      Type.Record(Type.String({ pattern: '^-?[0-9]{1,10}$' }), Type.String({ minLength: 1, maxLength: 64 }), {
        additionalProperties: false,
        form: 'whole numbers in quotes, each with its name',
        description:
          'Names of raw values: the sensor is then a state; a value without a name is its number as text.',
        examples: [{ '0': 'stopped', '1': 'running' }],
      }),
    ),
    unavailable: Type.Array(RawValue, {
      default: [],
      maxItems: 8,
      description: 'Raw values that mean that there is none now, such as 0x8000. NaN and infinity always do.',
      form: 'numbers; one of more than 53 bits in hexadecimal digits and quotes',
    }),
  },
  { additionalProperties: false },
);
export type PointConfig = Static<typeof PointConfig>;

const registersOfType: Readonly<Record<PointType, number>> = {
  bool: 1,
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  int64: 4,
  uint64: 4,
  float32: 2,
  float64: 4,
  bcd: 1,
  text: 1,
};

/** Registers, or bits, that it takes. */
export function sizeOf(point: PointConfig): number {
  const isOfAnyLength = point.type === 'bcd' || point.type === 'text';
  return isOfAnyLength ? (point.registers ?? 1) : registersOfType[point.type];
}
