import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Decoder } from '../../ports.ts';
import { parseDeviceTime } from '../device-time.ts';

/** What small serial devices print: `temperature=21.5 humidity=40` (also `:` for `=`, and `,` or `;` for the space). */
export const keyValue: Decoder = {
  format: 'key-value',
  decode(payload) {
    const pairs = payload
      .toString('utf8')
      .trim()
      .split(/[\s,;]+/);
    const values: Record<string, unknown> = {};
    for (const pair of pairs) {
      const match = /^([A-Za-z0-9_.-]{1,64})[=:](.{1,64})$/.exec(pair);
      if (!match)
        throw new HarbingerError('DECODE_KEY_VALUE', 'decode', `'${pair.slice(0, 40)}' is not key=value`);
      const value = Number(match[2]);
      values[match[1]!] = Number.isNaN(value) ? match[2] : value;
    }
    const deviceTime = parseDeviceTime(values.ts);
    return [
      {
        values,
        ...(deviceTime && { deviceTime }),
        ...(typeof values.seq === 'number' && { seq: values.seq }),
      },
    ];
  },
};
