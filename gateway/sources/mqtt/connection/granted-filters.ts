/**
 * Limit of one client's filters together, as they are stored (JSON writes six bytes for a control character). Far below
 * what a record can hold, so that a kept session can always be written.
 */
const storedBytesMax = 1 << 20;

/** The topic filters that a client has subscribed to, and how many bytes a session with them takes on disk. */
export class GrantedFilters {
  private readonly filters = new Map<string, number>();
  private storedBytes = 0;

  get size(): number {
    return this.filters.size;
  }

  has(filter: string): boolean {
    return this.filters.has(filter);
  }

  hasRoomFor(filter: string): boolean {
    return this.storedBytes + storedBytesOf(filter) <= storedBytesMax;
  }

  add(filter: string): void {
    if (this.filters.has(filter)) return;
    const bytes = storedBytesOf(filter);
    this.filters.set(filter, bytes);
    this.storedBytes += bytes;
  }

  delete(filter: string): void {
    this.storedBytes -= this.filters.get(filter) ?? 0;
    this.filters.delete(filter);
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.filters.keys();
  }
}

function storedBytesOf(filter: string): number {
  return Buffer.byteLength(JSON.stringify(filter));
}
