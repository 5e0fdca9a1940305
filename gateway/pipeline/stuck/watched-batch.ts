/** Data thread: goes through the messages of a batch, each of which has a limited time to be read. */
import type { TimeLimited } from '../../../shared/runtime/budget.ts';
import type { RawMessage } from '../../ports/source.ts';

/** Calls back for each message of a batch, the same each time. */
export type EachMessage = (each: (message: RawMessage) => void) => void;

/** Handles messages one by one. */
export interface MessageHandler {
  /** True if even known messages need a time limit. */
  readonly isCareful: boolean;
  /**
   * Handles a message whose work is bounded by its length, and so needs no time limit; or does nothing, and returns false.
   */
  handleKnown(message: RawMessage): boolean;
  handle(message: RawMessage): void;
  /** True while only reading, which changes nothing, so that it can be ended and done again. */
  readonly isReading: boolean;
  /** Called for a message whose reading was ended twice. */
  stuck(message: RawMessage): void;
}

/**
 * Handles all messages of a batch. A time limit costs as much as tens of messages, so it begins with the first message
 * that needs one: as long as devices send what is known of them, there is none. If the time is up, other messages may have used most of it, or the computer stood
 * still: the message in hand is then read again with the whole time. If it is not enough again, the message is stuck,
 * and the batch goes on behind it.
 * @returns the message that was in hand when something was ended that cannot be done again; null if all were handled
 */
export function handleEach(
  forEach: EachMessage,
  limited: TimeLimited,
  handler: MessageHandler,
): RawMessage | null {
  let done = 0;
  let isKnown = !handler.isCareful;
  if (isKnown)
    forEach((message) => {
      isKnown &&= handler.handleKnown(message);
      if (isKnown) done++;
    });
  if (isKnown) return null;
  let triedAgain = -1;
  for (;;) {
    const inHand: { message: RawMessage | null } = { message: null };
    const isDone = limited(() => {
      let at = 0;
      forEach((message) => {
        if (at++ < done) return;
        inHand.message = message;
        handler.handle(message);
        inHand.message = null;
        done = at;
      });
    });
    if (isDone) return null;
    const { message } = inHand;
    if (message === null) continue;
    if (!handler.isReading) return message;
    if (triedAgain === done) {
      handler.stuck(message);
      done++;
    } else triedAgain = done;
  }
}
