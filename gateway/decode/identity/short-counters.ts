import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { mix } from '../hash.ts';

/** The ranges of small devices' counters, which have 8 or 16 bits. */
const ranges = [256, 65_536];
/** Tolerances around the wrap-around, where readings may be missing. */
const beginsWithin = 16;
const endsWithin = 0.9;
const sendersMax = 200_000;

interface Counter {
  latest: number;
  /** The numbers that it counts before it wraps around; 0 if it has not wrapped around yet. */
  range: number;
}

/**
 * Detects running numbers that wrap around every few minutes or hours. An equal number with equal values is then not
 * proof of a resend: of a sensor that shows 21.5 all day, all but the first 256 readings would be acknowledged and
 * lost. A resend arrives before newer readings, so a number ahead of the latest one belongs to another reading.
 */
export class ShortCounters {
  private readonly counters = new Map<number, Counter>();
  /** Unknown to senders, who could otherwise choose sensors that share a place in the map. */
  private readonly seed: number;

  constructor(random: Random = seededRandom(sendersMax)) {
    this.seed = random.next() * 2 ** 32;
  }

  /**
   * True if a number is certainly new. It must be called for each number of a sender that is not marked as a resend. A
   * sender is a machine with the hash of the sensors that it sends, because each set of sensors counts separately.
   */
  isAhead(machineIndex: number, sensors: number, seq: number): boolean {
    const sender = machineIndex * 2 ** 32 + (mix(this.seed, sensors) >>> 0);
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
