import { createHash } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { DecodedChange, DecodedMaintenance, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { keyTwiceIn } from '../../json-keys.ts';
import { textOf } from '../../objects/json-text.ts';

const Time = Type.Union([Type.Number(), Type.String()]);

const LifecycleMessage = Type.Object({
  state: Type.Union(
    ['failed', 'replaced', 'maintenance', 'maintenance-ended'].map((state) => Type.Literal(state)),
  ),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  id: Type.Optional(Type.String({ maxLength: 128 })),
  ts: Type.Optional(Time),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  by: Type.Optional(Type.String({ maxLength: 100 })),
});

const validate = compileValidator(LifecycleMessage);
const knownKeys = new Set(Object.keys(LifecycleMessage.properties));

/**
 * Reads `{"state": "failed" | "replaced", "note"?, "id"?, "ts"?}` and `{"state": "maintenance" | "maintenance-ended",
 * "from"?, "until"?, "by"?, "note"?, "id"?, "ts"?}`, by which people or a maintenance system report on a machine.
 */
export const lifecycle: Decoder = {
  decode(payload) {
    const text = textOf(payload);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      throw unreadable(messageOf(error));
    }
    const twice = keyTwiceIn(text, parsed);
    if (twice !== null) throw unreadable(`'${twice.slice(0, 64)}' comes twice`);
    const { state, note, id, ts, from, until, by } = validate(parsed, unreadable);
    const time = timeOf('ts', ts);
    // Both are used if present, because an id may be that of the machine or of its maintainer.
    const named = [id, ts].filter((part) => part !== undefined).join('\n');
    const about = {
      ...(note !== undefined && { note }),
      ...(named !== '' && { identity: createHash('sha256').update(named).digest('hex').slice(0, 16) }),
    };
    if (state === 'failed' || state === 'replaced') {
      const change: DecodedChange['lifecycle'] = { state, ...(time && { time }), ...about };
      return [{ lifecycle: change }];
    }
    // A key that is meant for the end, and is passed over, would make a day of maintenance out of an hour.
    const unknown = Object.keys(parsed as object).find((key) => !knownKeys.has(key));
    if (unknown !== undefined)
      throw unreadable(
        `'${unknown.slice(0, 64)}' is not known; maintenance has from, until, by, note, id and ts`,
      );
    const [fromTime, untilTime] = [timeOf('from', from), timeOf('until', until)];
    const maintenance: DecodedMaintenance['maintenance'] = {
      isOn: state === 'maintenance',
      ...(fromTime && { from: fromTime }),
      ...(untilTime && { until: untilTime }),
      ...(by !== undefined && { by }),
      ...about,
    };
    return [{ maintenance }];
  },
};

function timeOf(key: string, value: string | number | undefined) {
  const time = parseDeviceTime(value);
  if (value !== undefined && !time) throw unreadable(`'${key}' is not a time: ${String(value).slice(0, 60)}`);
  return time;
}

function unreadable(problem: string): HarbingerError {
  return new HarbingerError(
    'DECODE_LIFECYCLE',
    'decode',
    `lifecycle message: ${problem}; it is {"state": "failed"}, {"state": "replaced"}, {"state": "maintenance"} or {"state": "maintenance-ended"}`,
  );
}
