import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

const everyMs = 60_000;

/** Number and bytes of what was dropped, by reason. */
export type Lost<Reason extends string> = Map<Reason, { count: number; bytes: number }>;

export function addLost<Reason extends string>(
  lost: Lost<Reason>,
  reason: Reason,
  more: { count: number; bytes: number },
): void {
  const { count, bytes } = lost.get(reason) ?? { count: 0, bytes: 0 };
  lost.set(reason, { count: count + more.count, bytes: bytes + more.bytes });
}

/**
 * Says in the log what was dropped to stay within bounds: at once, and then once a minute what has come since, with one
 * example of whose it was.
 */
export class DropNotes<Reason extends string> {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly texts: Readonly<Record<Reason, string>>;
  private unsaid: Lost<Reason> = new Map();
  private example: object | null = null;
  private timer: Timer | null = null;

  /** @param texts for each reason a sentence that names what was dropped and the setting that bounds it */
  constructor(clock: Clock, log: Log, texts: Readonly<Record<Reason, string>>) {
    this.clock = clock;
    this.log = log;
    this.texts = texts;
  }

  /** Whether the next line has no example yet. */
  get wantsExample(): boolean {
    return this.example === null;
  }

  note(lost: Lost<Reason>, example: object | null): void {
    if (lost.size === 0) return;
    for (const [reason, more] of lost) addLost(this.unsaid, reason, more);
    this.example ??= example;
    if (this.timer === null) this.say();
  }

  /** Says what is left. */
  stop(): void {
    this.timer?.cancel();
    this.say();
    this.timer?.cancel();
  }

  private say(): void {
    this.timer = null;
    if (this.unsaid.size === 0) return;
    for (const [reason, { count, bytes }] of this.unsaid) {
      this.log.warn({ reason, dropped: count, bytes, example: this.example }, this.texts[reason]);
    }
    this.unsaid = new Map();
    this.example = null;
    this.timer = this.clock.setTimer(everyMs, () => this.say());
  }
}
