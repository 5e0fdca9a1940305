import type { JournalLoss } from '../../shared/contract/events.ts';

/** Losses that wait to be recorded: one sum for each lane and cause, so there are never many. */
export class Losses {
  private sums = new Map<string, JournalLoss>();
  private readonly all = new Map<string, JournalLoss>();

  add(loss: JournalLoss): void {
    sumUp(this.all, loss);
    sumUp(this.sums, loss);
  }

  /** Takes back a loss that could not be recorded. */
  giveBack(loss: JournalLoss): void {
    sumUp(this.sums, loss);
  }

  /** All losses since the start, recorded or not. */
  get totals(): JournalLoss[] {
    return [...this.all.values()];
  }

  /** Removes and returns all that wait; a caller that cannot record one gives it back. */
  take(): JournalLoss[] {
    const taken = [...this.sums.values()];
    this.sums = new Map();
    return taken;
  }
}

function sumUp(sums: Map<string, JournalLoss>, loss: JournalLoss): void {
  const key = `${loss.lane}/${loss.cause}`;
  const { blocks = 0, lines = 0, bytes = 0 } = sums.get(key) ?? {};
  sums.set(key, {
    ...loss,
    blocks: blocks + loss.blocks,
    lines: lines + loss.lines,
    bytes: bytes + loss.bytes,
  });
}
