/** Data thread: goes through the messages of a batch, each of which has a limited time to be read. */
import { waitingBytes } from '../../../shared/bounds/packed.ts';
import type { TimeLimited } from '../../../shared/runtime/budget.ts';
import type { RawMessage } from '../../ports/source.ts';

/** Calls back for each message of a batch. */
export type EachMessage = (each: (message: RawMessage) => void) => void;

/** Handles messages one by one. `Begun` is a message on its way from being found to being stored. */
export interface MessageHandler<Begun> {
  /** True if even known messages need a time limit. */
  readonly isCareful: boolean;
  /**
   * Handles a message whose work is bounded by its length, and so needs no time limit; or does nothing, and returns false.
   */
  handleKnown(message: RawMessage): boolean;
  /** True if `handleKnown` will probably do. */
  isProbablyKnown(message: RawMessage): boolean;
  /** Prepares the reading of a message. */
  begin(message: RawMessage): Begun;
  /** Only reads, which changes nothing but `begun`, so that it can be ended and done again. */
  read(begun: Begun): void;
  /** Reading the message was ended, as it took too long. */
  stuck(begun: Begun): void;
  /** Handles what was read. It cannot be ended without ending the gateway, so it has no time limit. */
  handle(begun: Begun): void;
}

/**
 * So many bytes of messages, unpacked, are read before they are handled: what was read takes more memory than they, and their time limit
 * is one.
 */
const aheadBytesMax = 64 << 10;

/**
 * Handles all messages of a batch in their order. A time limit costs as much as tens of messages, so one serves many of
 * them, and there is none as long as devices send what is known of them. At the first message that is not known, those
 * behind it are read ahead that cannot be known either; at the second one, which is rare, all. What was read is handled
 * outside of the limit: ending that would leave it half done.
 */
export function handleEach<Begun>(
  forEach: EachMessage,
  limited: TimeLimited,
  handler: MessageHandler<Begun>,
): void {
  const rest: RawMessage[] = [];
  let isKnown = !handler.isCareful;
  forEach((message) => {
    isKnown &&= handler.handleKnown(message);
    if (!isKnown) rest.push(message);
  });
  if (rest.length > 0) handleRest(rest, limited, handler);
}

/** @param rest the first is not known, as was found out, unless the handler is careful */
function handleRest<Begun>(
  rest: readonly RawMessage[],
  limited: TimeLimited,
  handler: MessageHandler<Begun>,
) {
  let readsAll = handler.isCareful;
  for (let at = 0; at < rest.length; readsAll = true) {
    const first = at;
    const ahead = readAhead(rest, first, readsAll, limited, handler);
    for (; at < rest.length; at++) {
      const begun = ahead.get(at);
      // Earlier messages may have made it known meanwhile.
      if (at > first && !handler.isCareful && handler.handleKnown(rest[at]!)) continue;
      if (begun === undefined) break;
      handler.handle(begun);
    }
  }
}

/** Reads the message at `first` and some of those behind it. Returns what was read, by place. */
function readAhead<Begun>(
  rest: readonly RawMessage[],
  first: number,
  readsAll: boolean,
  limited: TimeLimited,
  handler: MessageHandler<Begun>,
): Map<number, Begun> {
  const ahead = new Map<number, Begun>();
  let bytes = 0;
  for (let at = first; at < rest.length; at++) {
    const message = rest[at]!;
    if (at > first && !readsAll && handler.isProbablyKnown(message)) continue;
    bytes += waitingBytes(message.payload);
    if (at > first && bytes > aheadBytesMax) break;
    ahead.set(at, handler.begin(message));
  }
  const begun = [...ahead.values()];
  let done = 0;
  const readSome = () => {
    for (; done < begun.length; done++) handler.read(begun[done]!);
  };
  while (!limited(readSome, () => done)) handler.stuck(begun[done++]!);
  return ahead;
}
