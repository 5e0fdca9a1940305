import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { isObject } from '../../objects/fields.ts';
import { isSenml } from '../../objects/senml.ts';

/** The names of the labels that SenML writes as integers in CBOR (RFC 8428, table 4). */
const names: Readonly<Record<string, string>> = {
  '-1': 'bver',
  '-2': 'bn',
  '-3': 'bt',
  '-4': 'bu',
  '-5': 'bv',
  '-6': 'bs',
  0: 'n',
  1: 'u',
  2: 'v',
  3: 'vs',
  4: 'vb',
  5: 's',
  6: 't',
  7: 'ut',
  8: 'vd',
};

/** Returns a SenML pack with names in place of integer labels, and anything else unchanged. */
export function withSenmlNames(parsed: unknown): unknown {
  if (!Array.isArray(parsed) || parsed.length === 0) return parsed;
  const named = parsed.map((record) => (isObject(record) ? withNames(record) : record));
  if (!isSenml(named)) return parsed;
  for (const [i, record] of named.entries())
    if (Object.keys(record).length !== Object.keys(parsed[i]).length)
      throw new HarbingerError(
        'DECODE_CBOR',
        'decode',
        'a record of SenML has one label as a number and as a text',
      );
  return named;
}

function withNames(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([label, value]) => [names[label] ?? label, value]));
}
