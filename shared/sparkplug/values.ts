/** A value as it is written: an integer of any type as an unsigned number of 64 bits. */
export type RawValue = bigint | number | boolean | string;
export type Quality = 'good' | 'uncertain' | 'bad';

/** Types of metrics by their numbers. */
export const types = {
  ...{
    int8: 1,
    int16: 2,
    int32: 3,
    int64: 4,
    uint8: 5,
    uint16: 6,
    uint32: 7,
    uint64: 8,
    float: 9,
    double: 10,
  },
  ...{
    boolean: 11,
    string: 12,
    dateTime: 13,
    text: 14,
    uuid: 15,
    dataSet: 16,
    bytes: 17,
    file: 18,
    template: 19,
  },
} as const;

/** Types whose values are not those of sensors, with the word for them. */
const others: Readonly<Record<number, string>> = {
  ...{
    16: 'a data set',
    17: 'bytes',
    18: 'a file',
    19: 'a template',
    20: 'a property set',
    21: 'property sets',
  },
  ...Object.fromEntries(Array.from({ length: 13 }, (_, i) => [22 + i, 'an array'])),
};

const bitsOf: Readonly<Record<number, { bits: number; isSigned: boolean }>> = {
  ...Object.fromEntries([1, 2, 3, 4].map((type, i) => [type, { bits: 8 << i, isSigned: true }])),
  ...Object.fromEntries([5, 6, 7, 8].map((type, i) => [type, { bits: 8 << i, isSigned: false }])),
  [types.dateTime]: { bits: 64, isSigned: false },
};

/** Returns the word for a type whose values are not taken; undefined for those that are. */
export function notTaken(type: number): string | undefined {
  return others[type] ?? (type >= 1 && type <= 15 ? undefined : `a value of the unknown type ${type}`);
}

/**
 * Returns the value of a metric of a type that is taken, exactly; null if it is not one of that type. Publishers write
 * integers into the field of 32 bits or of 64, and negative ones with or without their sign in the bits above.
 */
export function exactValue(type: number, raw: RawValue): number | bigint | boolean | string | null {
  const integer = bitsOf[type];
  if (integer) return typeof raw === 'bigint' ? integerOf(raw, integer.bits, integer.isSigned) : null;
  if (type === types.float || type === types.double) return typeof raw === 'number' ? raw : null;
  if (type === types.boolean) return typeof raw === 'boolean' ? raw : null;
  return typeof raw === 'string' ? raw : null;
}

function integerOf(raw: bigint, bits: number, isSigned: boolean): number | bigint | null {
  const value = isSigned ? BigInt.asIntN(bits, raw) : raw;
  const isOfType = isSigned
    ? [bits, 32, 64].some((width) => width >= bits && BigInt.asUintN(width, value) === raw)
    : BigInt.asUintN(bits, raw) === raw;
  if (!isOfType) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
