/** Longer integers exceed the range of a double. */
const bigIntBytesMax = 128;

/**
 * Converts a tagged item (RFC 8949, 3.4): times as text or seconds, large integers, decimal fractions and bigfloats
 * as numbers. Other tags only explain their content. Undefined if the tag does not permit the content.
 */
export function taggedValue(tag: number | bigint, content: unknown): unknown {
  switch (tag) {
    case 0:
      return typeof content === 'string' ? content : undefined;
    case 1:
      return typeof content === 'number' || typeof content === 'bigint' ? content : undefined;
    case 2:
      return content instanceof Uint8Array ? unsigned(content) : undefined;
    case 3:
      return content instanceof Uint8Array ? negative(unsigned(content)) : undefined;
    case 4:
      return scaled(content, (mantissa, exponent) => Number(`${BigInt(mantissa)}e${exponent}`));
    case 5:
      return scaled(content, (mantissa, exponent) => mantissa * 2 ** exponent);
    default:
      return content;
  }
}

function unsigned(bytes: Uint8Array): bigint | number {
  if (bytes.length > bigIntBytesMax) return Number.POSITIVE_INFINITY;
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function negative(value: bigint | number): bigint | number {
  return typeof value === 'bigint' ? -1n - value : -value;
}

/** Computes a decimal fraction or bigfloat from its list of exponent and mantissa. */
function scaled(content: unknown, scale: (mantissa: number, exponent: number) => number): number | undefined {
  if (!Array.isArray(content) || content.length !== 2) return undefined;
  const [exponent, mantissa] = content as unknown[];
  if (typeof mantissa !== 'number' || !Number.isInteger(mantissa)) return undefined;
  return Number.isSafeInteger(exponent) ? scale(mantissa, exponent as number) : undefined;
}
