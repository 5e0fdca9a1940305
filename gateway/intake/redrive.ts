import type { Clock } from '../../shared/runtime/clock.ts';
import type { DeadLetter, RawMessage } from '../ports.ts';

export interface LetterBox {
  list(query: { limit: number; beforeId?: number }): DeadLetter[] | Promise<DeadLetter[]>;
  show(id: number): DeadLetter | null | Promise<DeadLetter | null>;
  drop(ids: number[]): Promise<number>;
}

const pageSize = 500;

/** The ids of the letters that came before a moment, oldest first. */
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
 * Sends letters through the pipeline again, oldest first. A letter is dropped once the pipeline has settled it: as a
 * reading, or as a new letter if its cause is still there. A crash in between redrives it again.
 */
export async function redriveLetters(
  letters: LetterBox,
  ids: readonly number[],
  take: (message: RawMessage) => Promise<void>,
  clock: Clock,
): Promise<number> {
  let redriven = 0;
  for (const id of ids) {
    const letter = await letters.show(id);
    if (!letter) continue;
    const { topic, payload, client } = letter;
    await take({ topic, payload: Buffer.from(payload), client, receivedMs: clock.nowMs(), resend: false });
    await letters.drop([id]);
    redriven++;
  }
  return redriven;
}
