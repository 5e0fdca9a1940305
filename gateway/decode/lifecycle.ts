import { createHash, randomUUID } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { parseDeviceTime } from './device-time.ts';

const LifecycleMessage = Type.Object({
  state: Type.Union([Type.Literal('failed'), Type.Literal('replaced')]),
  note: Type.Optional(Type.String({ maxLength: 500 })),
  id: Type.Optional(Type.String({ maxLength: 128 })),
  ts: Type.Optional(Type.Union([Type.Number(), Type.String()])),
});
export type LifecycleState = Static<typeof LifecycleMessage>['state'];

export interface LifecycleChange {
  state: LifecycleState;
  note?: string;
  atMs: number;
  /** The same for a resend, where the sender gives an id or a time. */
  identity: string;
}

const validate = compileValidator(LifecycleMessage);

/** People may tell of what was long ago, but not before there were such gateways, nor of what is to come. */
const believedFromMs = Date.UTC(2001, 0);
const aheadMsMax = 86_400_000;

/**
 * `{"state": "failed" | "replaced", "note"?, "id"?, "ts"?}`: what people or a maintenance system say of a machine. A time
 * that cannot be is taken for a clock that is wrong: the time of arrival is used.
 */
export function decodeLifecycle(payload: Buffer, receivedMs: number): LifecycleChange {
  const refuse = (problem: string) =>
    new HarbingerError(
      'DECODE_LIFECYCLE',
      'decode',
      `lifecycle message: ${problem}; it is {"state": "failed"} or {"state": "replaced"}`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const message = validate(parsed, refuse);
  // Both, where both are there: an id may be that of the machine or of who maintains it.
  const named = [message.id, message.ts].filter((part) => part !== undefined).join('\n');
  const time = parseDeviceTime(message.ts);
  if (message.ts !== undefined && !time)
    throw refuse(`'ts' is not a time: ${String(message.ts).slice(0, 60)}`);
  const isBelieved = time && time.ms >= believedFromMs && time.ms <= receivedMs + aheadMsMax;
  const change: LifecycleChange = {
    state: message.state,
    atMs: isBelieved ? time.ms : receivedMs,
    identity: named === '' ? randomUUID() : createHash('sha256').update(named).digest('hex').slice(0, 16),
  };
  if (message.note !== undefined) change.note = message.note;
  return change;
}
