/** Data thread: what of a batch has become durable, once all its parts are done. */

/** Messages of a batch that are not durable, by their places in it. Their senders send them again. */
export interface Unkept {
  /** The first reason. */
  error: unknown;
  messages: number[];
}

/** The messages of a batch that did not become durable readings. */
export interface Exceptions {
  /** Null if everything is durable. */
  unkept: Unkept | null;
  /** Places of retained messages that were not all stored as readings. */
  retainedNotReadings: number[];
}

/**
 * Waits for all parts even if one fails: a failed batch stays in flight until then, because resends of the other parts
 * wait for them. Rejects if a part of `all` fails; resolves with the messages of the parts of `own` that failed.
 */
export async function settle(
  all: readonly (Promise<unknown> | null)[],
  own: readonly { messages: readonly number[]; done: Promise<void> }[],
): Promise<Unkept | null> {
  // Handled from now on, or a failure of one of these while the others are awaited would end the thread.
  const ofOwn = Promise.allSettled(own.map(({ done }) => done));
  const failed = (await Promise.allSettled(all)).find((result) => result.status === 'rejected');
  const ofMessages = await ofOwn;
  if (failed) throw failed.reason;
  let error: unknown;
  const messages = new Set<number>();
  for (const [i, result] of ofMessages.entries()) {
    if (result.status === 'fulfilled') continue;
    error ??= result.reason;
    for (const place of own[i]!.messages) messages.add(place);
  }
  return messages.size > 0 ? { error, messages: [...messages] } : null;
}
