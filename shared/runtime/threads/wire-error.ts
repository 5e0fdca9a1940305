import { codeOf, HarbingerError, messageOf, type Stage } from '../errors.ts';

/**
 * Serialised form of an error between two threads. A structured clone keeps neither the class of an error nor the
 * fields that carry its decision, so both directions use this form. The cause is not included.
 */
export interface WireError {
  code: string;
  stage: Stage;
  message: string;
  retry: boolean;
}

/**
 * Serialises any thrown value. `unexpected` gives the code and stage of an error that carries none: such an error is a
 * fault of the code or the system, and is not retried.
 */
export function toWire(error: unknown, unexpected: { code: string; stage: Stage }): WireError {
  if (error instanceof HarbingerError) {
    const { code, stage, message, retry } = error;
    return { code, stage, message, retry };
  }
  const { code, stage } = unexpected;
  return { code: codeOf(error) ?? code, stage, message: messageOf(error), retry: false };
}

/** Restores the error that the other thread threw, with the same decision. */
export function fromWire({ code, stage, message, retry }: WireError): HarbingerError {
  return new HarbingerError(code, stage, message, { retry });
}
