import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { UnknownMachine } from '../decode/machines/unknown-machine.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { RawMessage } from '../ports/source.ts';

/** A dead letter before it has its id. */
export type Letter = Omit<DeadLetter, 'id'>;

/** Creates the dead letter of a message, with its own copy of the payload. */
export function letterOf(message: RawMessage, error: unknown): Letter {
  const known = error instanceof HarbingerError;
  return {
    atMs: message.receivedMs,
    topic: message.topic,
    payload: Buffer.from(message.payload),
    client: message.client,
    ...(message.user !== undefined && { user: message.user }),
    ...(message.resend && { resend: true }),
    ...(message.connection !== 0 && { connection: message.connection }),
    ...(message.letter !== undefined && { origin: message.letter }),
    ...(message.form !== undefined && { form: message.form }),
    ...(error instanceof UnknownMachine && { machine: `${error.site}/${error.machine}` }),
    stage: known ? error.stage : 'decode',
    code: known ? error.code : 'DECODE_FAILED',
    reason: messageOf(error),
  };
}

/** The dead letters of a batch, each with the place of its message. */
export class BatchLetters {
  readonly letters: Letter[] = [];
  readonly from: number[] = [];

  add(message: RawMessage, error: unknown, place: number): void {
    this.from.push(place);
    this.letters.push(letterOf(message, error));
  }
}
