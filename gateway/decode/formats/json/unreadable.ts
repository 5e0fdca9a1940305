import { messageOf } from '../../../../shared/runtime/errors.ts';

/** UTF-8's, which some programs put before a text, and which is no part of it. */
export function startsWithBom(payload: Buffer): boolean {
  return payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf;
}

/** Why a payload is no JSON, for who has to mend its sender. */
export function whyNotJson(payload: Buffer, error: unknown): string {
  if (payload.length === 0) return 'it is empty';
  const [first, second] = payload;
  if (first === 0x1f && second === 0x8b) return 'it is compressed (gzip); send it as it is';
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isWide || first === 0 || second === 0) return 'it is UTF-16, or binary; send it as UTF-8';
  if (/[:[,]\s*-?(NaN|nan|Infinity|inf)\b/.test(payload.toString('latin1'))) {
    return `NaN and Infinity are not; send null for a value that is not there (${messageOf(error)})`;
  }
  return messageOf(error);
}
