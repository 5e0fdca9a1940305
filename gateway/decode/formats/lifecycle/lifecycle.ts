import { createHash } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { DecodedChange, Decoder } from '../../../ports/decode.ts';
import { parseDeviceTime } from '../../device-time.ts';
import { keyTwiceIn } from '../../json-keys.ts';
import { textOf } from '../../objects/json-text.ts';

const LifecycleMessage = Type.Object({
  state: Type.Union([Type.Literal('failed'), Type.Literal('replaced')]),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  id: Type.Optional(Type.String({ maxLength: 128 })),
  ts: Type.Optional(Type.Union([Type.Number(), Type.String()])),
});

const validate = compileValidator(LifecycleMessage);

/**
 * Reads `{"state": "failed" | "replaced", "note"?, "id"?, "ts"?}`, by which people or a maintenance system report on a
 * machine.
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
    const { state, note, id, ts } = validate(parsed, unreadable);
    const change: DecodedChange['lifecycle'] = { state };
    if (note !== undefined) change.note = note;
    const time = parseDeviceTime(ts);
    if (ts !== undefined && !time) throw unreadable(`'ts' is not a time: ${String(ts).slice(0, 60)}`);
    if (time) change.time = time;
    // Both are used if present, because an id may be that of the machine or of its maintainer.
    const named = [id, ts].filter((part) => part !== undefined).join('\n');
    if (named !== '') change.identity = createHash('sha256').update(named).digest('hex').slice(0, 16);
    return [{ lifecycle: change }];
  },
};

function unreadable(problem: string): HarbingerError {
  return new HarbingerError(
    'DECODE_LIFECYCLE',
    'decode',
    `lifecycle message: ${problem}; it is {"state": "failed"} or {"state": "replaced"}`,
  );
}
