import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { DropReason, StoredLetter } from './letter-record.ts';

const everyMs = 60_000;

type Lost = ReadonlyMap<DropReason, { letters: number; bytes: number }>;

/** Says in the log which letters were dropped to make room: at once, and then once a minute what has come since. */
export class DropNotes {
  private readonly clock: Clock;
  private readonly log: Log;
  private unsaid = new Map<DropReason, { letters: number; bytes: number }>();
  private example: StoredLetter | null = null;
  private timer: Timer | null = null;

  constructor(clock: Clock, log: Log) {
    this.clock = clock;
    this.log = log;
  }

  /** Whether the next line still needs the letter that it names. */
  get wantsExample(): boolean {
    return this.example === null;
  }

  note(lost: Lost, example: StoredLetter | null): void {
    if (lost.size === 0) return;
    for (const [reason, { letters, bytes }] of lost) {
      const before = this.unsaid.get(reason) ?? { letters: 0, bytes: 0 };
      this.unsaid.set(reason, { letters: before.letters + letters, bytes: before.bytes + bytes });
    }
    this.example ??= example;
    if (this.timer === null) this.say();
  }

  stop(): void {
    this.timer?.cancel();
    this.say();
    this.timer?.cancel();
  }

  private say(): void {
    this.timer = null;
    if (this.unsaid.size === 0) return;
    for (const [reason, { letters, bytes }] of this.unsaid) {
      const { user, client, topic, atMs } = this.example ?? {};
      const at = atMs === undefined ? undefined : new Date(atMs).toISOString();
      this.log.warn(
        { reason, letters, bytes, example: { user, client, topic: topic?.slice(0, 200), at } },
        texts[reason],
      );
    }
    this.unsaid = new Map();
    this.example = null;
    this.timer = this.clock.setTimer(everyMs, () => this.say());
  }
}

const texts: Record<DropReason, string> = {
  count:
    'dead letters were dropped, the oldest of the source that has most, because there are deadLetters.countMax',
  bytes:
    'dead letters were dropped, the oldest of the source that has most, because they take deadLetters.bytesMax',
  size: 'dead letters were not kept, because one alone is larger than deadLetters.bytesMax',
  age: 'dead letters were dropped because they are older than deadLetters.ageDaysMax',
};
