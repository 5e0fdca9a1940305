/** The ranges of small devices' counters, which have 8 or 16 bits. */
const ranges = [256, 65_536];
/** Readings around the turn may be missing. */
const beginsWithin = 16;
const endsWithin = 0.9;
const sendersMax = 200_000;

interface Counter {
  latest: number;
  /** How many numbers it counts before it begins anew; 0: it has not begun anew yet. */
  range: number;
}

/**
 * Running numbers that begin anew every few minutes or hours. The same number with the same values is then no resend for
 * sure: of a sensor that shows 21.5 all day, all but the first 256 readings would be acknowledged and lost. A resend
 * comes before what is newer, so a number that is ahead of the latest one is of another reading.
 */
export class ShortCounters {
  private readonly counters = new Map<number, Counter>();

  /** Whether a number is surely new; to be asked for each number of a sender that it does not say to send again. */
  isAhead(sender: number, seq: number): boolean {
    const counter = this.counters.get(sender);
    if (!counter) {
      if (this.counters.size >= sendersMax) this.counters.clear();
      this.counters.set(sender, { latest: seq, range: 0 });
      return false;
    }
    if (counter.range === 0 || seq >= counter.range) {
      counter.range = seq < counter.latest && seq <= beginsWithin ? rangeThatEndsAt(counter.latest) : 0;
      const isAhead = counter.range > 0;
      if (isAhead || seq > counter.latest) counter.latest = seq;
      return isAhead;
    }
    const steps = (seq - counter.latest + counter.range) % counter.range;
    const isAhead = steps > 0 && steps <= counter.range / 2;
    if (isAhead) counter.latest = seq;
    return isAhead;
  }
}

function rangeThatEndsAt(latest: number): number {
  return ranges.find((range) => latest < range && latest >= range * endsWithin) ?? 0;
}
