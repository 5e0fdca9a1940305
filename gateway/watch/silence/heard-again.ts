/** Told so often at the first looks, because a decision may fail or be dropped. */
const atOnce = 3;
const apartMsMin = 60_000;
/** The longest time between two; of more than an hour between two decisions, only an hour counts as heard. */
const apartMsMax = 50 * 60_000;
/** For longer than an alert is ever damped, with a margin. */
const forMsMax = 8 * 86_400_000;
const lookMs = 600_000;

/**
 * When it is told again that a machine is heard again: often at first, then more and more seldom. An alert that comes and goes
 * ends only after it has been away for a time, and without rows nothing else would end it.
 */
export class HeardAgain {
  /** Monotonic; NaN if the machine has not been heard since the start. */
  private sinceMs = Number.NaN;
  private toldMs = Number.NaN;
  private left = 0;

  begin(nowMs: number): void {
    this.sinceMs = nowMs;
    this.toldMs = nowMs;
    this.left = atOnce;
  }

  /** Nobody waits for it now: it is not told any more, unless what was told before may still be under way. */
  unawaited(nowMs: number): void {
    if (nowMs - this.sinceMs < lookMs) return;
    this.sinceMs = Number.NaN;
    this.left = 0;
  }

  /** True if it is to be told now; the caller tells it. */
  isDue(nowMs: number): boolean {
    const forMs = nowMs - this.sinceMs;
    const isDue =
      this.left > 0 ||
      (forMs < forMsMax && nowMs - this.toldMs >= Math.min(apartMsMax, Math.max(apartMsMin, forMs / 8)));
    if (!isDue) return false;
    this.left = Math.max(0, this.left - 1);
    this.toldMs = nowMs;
    return true;
  }

  /** When to ask next at the latest. */
  nextLookMs(nowMs: number): number {
    return nowMs - this.sinceMs < forMsMax ? nowMs + lookMs : Number.POSITIVE_INFINITY;
  }
}
