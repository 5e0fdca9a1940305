/** Every chain of occupied timestamps that fits the memory of recent readings, and is long enough to be noted. */
const notedMax = 4_096;

/**
 * Notes how many timestamps after a device's own time are occupied, for those times that very many readings share.
 * Without it, each further reading would search through all of them. Forgetting a note costs one search.
 */
export class OccupiedTimes {
  /** By machine and time; the most recently used last. */
  private readonly counts = new Map<string, number>();

  /** Returns a number of timestamps, from the time itself on, that are certainly occupied. */
  count(machineIndex: number, ms: number, ns: number): number {
    return this.counts.get(keyOf(machineIndex, ms, ns)) ?? 0;
  }

  note(machineIndex: number, ms: number, ns: number, count: number): void {
    const key = keyOf(machineIndex, ms, ns);
    this.counts.delete(key);
    this.counts.set(key, count);
    if (this.counts.size > notedMax) this.counts.delete(this.counts.keys().next().value!);
  }

  /** Forgets everything, because readings were not stored and so their timestamps are free again. */
  clear(): void {
    this.counts.clear();
  }
}

function keyOf(machineIndex: number, ms: number, ns: number): string {
  return `${machineIndex}/${ms}/${ns}`;
}
