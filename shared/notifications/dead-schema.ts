import { Type } from '@sinclair/typebox';
import { eventSchemas } from '../contract/events.ts';
import { DigestEvent } from '../notifiers/digest.ts';

/** A notification that could not be delivered, as both sides answer it. */
export const DeadNotificationAnswer = Type.Object({
  key: Type.String({ description: 'names it here, and is the idempotency key its receiver sees' }),
  notifier: Type.String(),
  change: Type.Union([
    Type.Literal('opened'),
    Type.Literal('updated'),
    Type.Literal('resolved'),
    Type.Literal('digest'),
  ]),
  attempts: Type.Integer(),
  nextAttemptMs: Type.Number(),
  lastError: Type.Union([Type.String(), Type.Null()]),
  atMs: Type.Number({ description: 'when delivery was given up, ms since 1970' }),
  reason: Type.String({ description: 'why delivery was given up' }),
  event: Type.Union([...Object.values(eventSchemas), DigestEvent], { description: 'a CloudEvent 1.0' }),
});
