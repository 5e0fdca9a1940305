import type { DeadLetter, RedrivenLetters } from '../ports/dead-letters.ts';
import type { RawMessage } from '../ports/source.ts';

export interface LetterBox {
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  ids(): number[];
  drop(ids: number[]): Promise<number>;
  dropOld(): Promise<number>;
}

/**
 * Limits of the letters that are sent together, beside one more of any size. Of no more than that, a crash leaves open
 * whether it was stored, and the identities of so many readings are known after a restart.
 */
const togetherMax = 100;
const togetherBytesMax = 256 << 10;

/**
 * Sends letters through the pipeline again, oldest first, several at a time so that they share syncs. They are dropped
 * once the pipeline has settled them: as readings, or as new letters if the cause persists. After a crash in between
 * they are redriven again, under the same names, by which their readings are recognised. They keep their time of arrival, because a reading without a time of its own belongs to that
 * time, not to today. `take` resolves with the number of new letters that the messages became.
 */
export async function redriveLetters(
  letters: Pick<LetterBox, 'show' | 'drop'>,
  ids: readonly number[],
  take: (messages: readonly RawMessage[]) => Promise<number>,
): Promise<RedrivenLetters> {
  const outcome: RedrivenLetters = { redriven: 0, failedAgain: 0, unknown: [] };
  for (let at = 0; at < ids.length; ) {
    const group: DeadLetter[] = [];
    for (let bytes = 0; at < ids.length && group.length < togetherMax && bytes < togetherBytesMax; at++) {
      const letter = await letters.show(ids[at]!);
      if (letter === null) outcome.unknown.push(ids[at]!);
      else group.push(letter);
      bytes += letter?.payload.length ?? 0;
    }
    if (group.length === 0) continue;
    outcome.failedAgain += await take(
      group.map(({ id, topic, payload, client, user, atMs, resend, connection, origin, form }) => ({
        topic,
        payload,
        client,
        ...(user !== undefined && { user }),
        receivedMs: atMs,
        // These tell whether an equal reading is another one, as they did when it arrived.
        resend: resend === true,
        connection: connection ?? 0,
        // Ids are given anew on a disk that was put back, times are not.
        letter: origin ?? `${id}@${atMs}`,
        ...(form !== undefined && { form }),
      })),
    );
    outcome.redriven += await letters.drop(group.map(({ id }) => id));
  }
  return outcome;
}
