/** The operations on dead letters for people and jobs. */
import type { DeadLetter, RedrivenLetters } from '../ports/dead-letters.ts';
import type { RawMessage } from '../ports/source.ts';
import { type LetterBox, redriveLetters } from './redrive.ts';

type Which = number[] | 'all';

export class LetterAdmin {
  /** Letters sent through the pipeline again since the start. */
  redriven = 0;
  private readonly letters: LetterBox;
  private readonly take: (messages: readonly RawMessage[]) => Promise<number>;

  /**
   * `take` sends messages through the pipeline; when they are settled, it resolves with the number of letters that they
   * became.
   */
  constructor(letters: LetterBox, take: (messages: readonly RawMessage[]) => Promise<number>) {
    this.letters = letters;
    this.take = take;
  }

  list(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]> {
    return this.letters.list(query);
  }

  show(id: number): Promise<DeadLetter | null> {
    return this.letters.show(id);
  }

  /** Sends letters through the pipeline again; those that fail again become new letters. */
  async redrive(which: Which): Promise<RedrivenLetters> {
    const outcome = await redriveLetters(this.letters, this.ids(which), this.take);
    this.redriven += outcome.redriven;
    return outcome;
  }

  async drop(which: Which): Promise<{ dropped: number }> {
    return { dropped: await this.letters.drop(this.ids(which)) };
  }

  async dropOld(): Promise<{ deadLettersDropped: number }> {
    return { deadLettersDropped: await this.letters.dropOld() };
  }

  private ids(which: Which): number[] {
    return which === 'all' ? this.letters.ids() : which;
  }
}
