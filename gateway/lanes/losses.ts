import type { JournalLoss } from '../../shared/contract/events.ts';

/** Losses that are not recorded yet: one sum per lane and cause, so there are never many. */
export class Losses {
  private sums = new Map<string, JournalLoss>();
  private readonly all = new Map<string, JournalLoss>();

  add(loss: JournalLoss): void {
    sumUp(this.all, loss);
    sumUp(this.sums, loss);
  }

  /** Returns a loss that could not be recorded to the pending ones. */
  giveBack(loss: JournalLoss): void {
    sumUp(this.sums, loss);
  }

  /** All losses since the start, recorded or not. */
  get totals(): JournalLoss[] {
    return [...this.all.values()];
  }

  /** Removes and returns all pending losses; a caller that cannot record one must return it with `giveBack`. */
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
