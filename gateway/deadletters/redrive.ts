import type { DeadLetter, RedrivenLetters } from '../ports/dead-letters.ts';
import type { RawMessage } from '../ports/source.ts';

export interface LetterBox {
  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  show(id: number): Promise<DeadLetter | null>;
  drop(ids: number[]): Promise<number>;
}

const pageSize = 500;
/** At 64 KiB a letter this is at most 6.4 MB. */
const togetherMax = 100;

/** Returns the ids of the letters that arrived before a moment, oldest first. */
export async function letterIdsBefore(letters: LetterBox, beforeMs: number): Promise<number[]> {
  const ids: number[] = [];
  let query: { limit: number; beforeId?: number } = { limit: pageSize };
  for (;;) {
    const page = await letters.list(query);
    if (page.length === 0) return ids.reverse();
    for (const letter of page) if (letter.atMs < beforeMs) ids.push(letter.id);
    query = { limit: pageSize, beforeId: page.at(-1)!.id };
  }
}

/**
 * Sends letters through the pipeline again, oldest first, several at a time so that they share syncs. They are dropped
 * once the pipeline has settled them: as readings, or as new letters if the cause persists. After a crash in between
 * they are redriven again. They keep their time of arrival, because a reading without a time of its own belongs to that
 * time, not to today. `take` resolves with the number of new letters that the messages became.
 */
export async function redriveLetters(
  letters: LetterBox,
  ids: readonly number[],
  take: (messages: readonly RawMessage[]) => Promise<number>,
): Promise<RedrivenLetters> {
  const outcome: RedrivenLetters = { redriven: 0, failedAgain: 0, unknown: [] };
  for (let at = 0; at < ids.length; at += togetherMax) {
    const wanted = ids.slice(at, at + togetherMax);
    const found = await Promise.all(wanted.map((id) => letters.show(id)));
    const group = found.filter((letter) => letter !== null);
    outcome.unknown.push(...wanted.filter((_, i) => found[i] === null));
    if (group.length === 0) continue;
    outcome.failedAgain += await take(
      group.map(({ topic, payload, client, atMs }) => ({
        topic,
        payload: Buffer.from(payload),
        client,
        receivedMs: atMs,
        resend: false,
        connection: 0,
      })),
    );
    outcome.redriven += await letters.drop(group.map(({ id }) => id));
  }
  return outcome;
}
