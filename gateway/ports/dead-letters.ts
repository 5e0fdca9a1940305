import type { KeptItems } from './kept-items.ts';
import type { MessageForm } from './source.ts';

/** A message that could not become a reading, with the reason. */
export interface DeadLetter {
  id: number;
  atMs: number;
  topic: string;
  payload: Buffer;
  /** MQTT client id, or the name of the serial port. */
  client: string;
  /** The user whom the client signed in as; absent if there is none, or it was kept by an earlier version. */
  user?: string;
  stage: string;
  code: string;
  reason: string;
  /** The name under which it was sent again before, if another letter has become this one. */
  origin?: string;
  /** The machine, `site/machine`, if no rule says what it is (MACHINE_UNKNOWN). */
  machine?: string;
  /** See RawMessage.resend. */
  resend?: true;
  /** See RawMessage.connection; absent if it is 0, or the letter was kept by an earlier version. */
  connection?: number;
  /** See RawMessage.form. */
  form?: MessageForm;
}

/** A letter as far as it is known without being read. */
export interface KnownLetter {
  id: number;
  /** See DeadLetter.machine; absent from letters of earlier versions. */
  machine?: string;
  /** Ms since 1970 when it was kept; infinite for letters of versions that did not note it. */
  keptMs: number;
}

/** A letter, with the readable form of a payload that is binary. */
export interface ShownLetter extends DeadLetter {
  text?: string;
}

/** The outcome of sending letters through the pipeline again. */
export interface RedrivenLetters {
  /** Letters that went through the pipeline, with or without success. */
  redriven: number;
  /** New letters that these became, because the cause persists. */
  failedAgain: number;
  /** Ids that no letter has. */
  unknown: number[];
}

export type DeadLetterOperations = KeptItems<DeadLetter, ShownLetter, RedrivenLetters>;
