import type { Moment } from '../device-time.ts';

/** Limit of distinct readings of one machine with one device timestamp; beyond it, the gateway's clock is used. */
export const separationsMax = 1_000;
/** Number of timestamps that are looked at one by one; of more, it is noted how many are occupied. */
export const searchedMax = 16;
/** Every chain of occupied timestamps that fits the memory of recent readings, and is long enough to be noted. */
const notedMax = 4_096;
/** The latest times of so many machines are noted: those of the first ones. */
const machinesMax = 1 << 16;

/**
 * Notes how many timestamps after a device's own time are occupied: for the latest time of each machine, as devices that send many readings
 * a second give several of them one time in ms, and for those times that very many readings share.
 * Without it, each further reading would search through all of them. Forgetting a note costs one search.
 */
export class OccupiedTimes {
  /** By machine: the latest time, as ms and ns, and how many timestamps from that on are occupied. */
  private byMachine = new Float64Array(0);
  /** By machine and time; the most recently used last. */
  private readonly counts = new Map<string, number>();

  /** Returns a number of timestamps, from the machine's latest time on, that are certainly occupied; 0 for another time. */
  latest(machineIndex: number, { ms, ns }: Moment): number {
    const { byMachine } = this;
    const at = 3 * machineIndex;
    return at < byMachine.length && byMachine[at] === ms && byMachine[at + 1] === ns ? byMachine[at + 2]! : 0;
  }

  /** Returns a number of timestamps, from any time on, that are certainly occupied. */
  count(machineIndex: number, time: Moment): number {
    return Math.max(this.latest(machineIndex, time), this.counts.get(keyOf(machineIndex, time)) ?? 0);
  }

  note(machineIndex: number, time: Moment, count: number): void {
    const isLatest = this.noteLatest(machineIndex, time, count);
    // A chain that grows is noted now and then, in case another time of the machine comes between.
    if (count <= searchedMax || (isLatest && count % searchedMax !== 0)) return;
    const key = keyOf(machineIndex, time);
    this.counts.delete(key);
    this.counts.set(key, count);
    if (this.counts.size > notedMax) this.counts.delete(this.counts.keys().next().value!);
  }

  /** Forgets everything, because readings were not stored and so their timestamps are free again. */
  clear(): void {
    this.byMachine.fill(0);
    this.counts.clear();
  }

  private noteLatest(machineIndex: number, { ms, ns }: Moment, count: number): boolean {
    if (machineIndex >= machinesMax) return false;
    const at = 3 * machineIndex;
    if (at >= this.byMachine.length) {
      const more = new Float64Array(3 * Math.min(machinesMax, Math.max(64, 2 * machineIndex)));
      more.set(this.byMachine);
      this.byMachine = more;
    }
    this.byMachine[at] = ms;
    this.byMachine[at + 1] = ns;
    this.byMachine[at + 2] = count;
    return true;
  }
}

function keyOf(machineIndex: number, { ms, ns }: Moment): string {
  return `${machineIndex}/${ms}/${ns}`;
}
