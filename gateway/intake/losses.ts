import type { JournalLoss } from '../../shared/contract/events.ts';

/** Losses that wait to be recorded: one sum for each lane and cause, so there are never many. */
export class Losses {
  private sums = new Map<string, JournalLoss>();

  add(loss: JournalLoss): void {
    const key = `${loss.lane}/${loss.cause}`;
    const sum = this.sums.get(key);
    const { blocks = 0, lines = 0, bytes = 0 } = sum ?? {};
    this.sums.set(key, {
      ...loss,
      blocks: blocks + loss.blocks,
      lines: lines + loss.lines,
      bytes: bytes + loss.bytes,
    });
  }

  /** All of them; whoever cannot record one gives it back. */
  take(): JournalLoss[] {
    const taken = [...this.sums.values()];
    this.sums = new Map();
    return taken;
  }
}
