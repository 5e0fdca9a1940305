/**
 * For how long a change is told. Relations keep the normal of before for up to two weeks, so that what comes each second day
 * is known when it comes; but an alert must end when its cause has. So a change that has not shown itself for a day of running is told no more,
 * and is told anew once it has been back for an hour: a cold start on a Monday holds no alert open for ever.
 */
const hourMs = 3_600_000;
/** A change is told until it has not shown itself for so long (running), if that is not over before by relations. */
const shownMs = 24 * hourMs;
/** It is back after so long, in which it was never away for longer than the other. */
const backMs = hourMs;
const awayMsMax = 6 * hourMs;

export interface ChangeRow {
  /** True if a sensor is beyond what is usual, or the machine beyond the normal that is kept. */
  isBeyond: boolean;
  /** For how long (running) it is as it was before it changed, and must be until that is over; null if it has not changed. */
  asBefore: { forMs: number; needsMs: number } | null;
}

/** For how long (running) a machine that has changed must be as it was until nothing is told of that any more. */
export const endsAfterMs = ({ needsMs }: { needsMs: number }): number => Math.min(needsMs, shownMs);

export class ShownChange {
  /** For how long (running) nothing has been beyond what is usual. */
  quietMs = 0;
  /** For how long it has been back; null while it is not gone. */
  private goneMs: number | null = null;

  /** True while the machine is changed, and nothing is told of it. */
  get isGone(): boolean {
    return this.goneMs !== null;
  }

  /** @param passedMs since the row before, of which a pause is a short part */
  take({ isBeyond, asBefore }: ChangeRow, passedMs: number): void {
    this.quietMs = isBeyond ? 0 : this.quietMs + passedMs;
    if (!asBefore) this.goneMs = null;
    else if (this.goneMs === null) {
      if (asBefore.forMs >= shownMs) this.goneMs = 0;
    } else if (isBeyond) {
      this.goneMs += passedMs;
      if (this.goneMs >= backMs) this.goneMs = null;
    } else if (asBefore.forMs > awayMsMax) this.goneMs = 0;
  }

  /** Null while it is not gone. */
  save(): number | null {
    return this.goneMs;
  }

  restore({ goneMs, quietMs }: { goneMs?: number; quietMs?: number }): void {
    this.goneMs = goneMs ?? null;
    this.quietMs = quietMs ?? 0;
  }
}
