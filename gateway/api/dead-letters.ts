import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../shared/runtime/log.ts';
import type { DeadLetterOperations, ShownLetter as ShownDeadLetter } from '../ports/dead-letters.ts';
import { keptItemRoutes } from './kept-items.ts';

const Letter = Type.Object({
  id: Type.Integer(),
  at: Type.String({ description: 'ISO 8601' }),
  topic: Type.String(),
  client: Type.String({ description: 'MQTT client id, or the serial port' }),
  user: Type.Optional(Type.String({ description: 'the user whom the client signed in as' })),
  stage: Type.String(),
  code: Type.String(),
  reason: Type.String(),
  payload: Type.String({ contentEncoding: 'base64', description: 'as it was received, whole' }),
  form: Type.Optional(
    Type.String({
      description: 'readings: the payload is what a source has handed in as readings, in a binary form',
    }),
  ),
});
const ShownLetter = Type.Composite([
  Letter,
  Type.Object({
    text: Type.Optional(Type.String({ description: 'a payload in a binary form, as lines for people' })),
  }),
]);
const Redriven = Type.Object({
  redriven: Type.Integer({ description: 'letters that went through the pipeline again' }),
  failedAgain: Type.Integer({ description: 'new letters that these became' }),
  unknown: Type.Array(Type.Integer(), { description: 'ids that no letter has' }),
});

function wireForm(letter: ShownDeadLetter) {
  const { atMs, payload, origin: _, resend: _r, connection: _c, ...rest } = letter;
  return { ...rest, at: new Date(atMs).toISOString(), payload: Buffer.from(payload).toString('base64') };
}

/** The routes below `/api/deadletters`. */
export function deadLetterRoutes(app: FastifyInstance, letters: DeadLetterOperations, log: Log): void {
  const routes = {
    path: '/api/deadletters',
    item: 'dead letter',
    items: 'dead letters',
    schemas: { item: Letter, shown: ShownLetter, redriven: Redriven },
    listed: wireForm,
    shown: wireForm,
    texts: {
      list: 'Messages that could not become readings, with the reasons',
      show: 'One letter',
      shown: 'the letter',
      redrive: 'Send letters through the pipeline again; those that fail again become new letters',
      drop: 'Drop letters for good',
    },
  };
  keptItemRoutes(app, letters, routes, log);
}
