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
  atMs?: number;
  /** The same for a resend, where the sender gives an id or a time. */
  identity: string;
}

const validate = compileValidator(LifecycleMessage);

/** `{"state": "failed" | "replaced", "note"?, "id"?, "ts"?}`: what people or a maintenance system say of a machine. */
export function decodeLifecycle(payload: Buffer): LifecycleChange {
  const refuse = (problem: string) =>
    new HarbingerError('DECODE_LIFECYCLE', 'decode', `lifecycle message: ${problem}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const message = validate(parsed, refuse);
  // Both, where both are there: an id may be that of the machine or of who maintains it.
  const named = [message.id, message.ts].filter((part) => part !== undefined).join('\n');
  const change: LifecycleChange = {
    state: message.state,
    identity: named === '' ? randomUUID() : createHash('sha256').update(named).digest('hex').slice(0, 16),
  };
  if (message.note !== undefined) change.note = message.note;
  const time = parseDeviceTime(message.ts);
  if (time) change.atMs = time.ms;
  return change;
}
