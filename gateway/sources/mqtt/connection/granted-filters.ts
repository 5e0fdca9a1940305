import { FilterTree } from '../../../../shared/mqtt/filter-tree.ts';
import { parseFilter } from '../../../../shared/mqtt/topic-filter.ts';

/** A filter that was granted. */
interface Granted {
  /** The bytes that it takes on disk. */
  bytes: number;
  qos: number;
  identifier: number | undefined;
}

/**
 * Limit of one client's filters together, as they are stored (JSON writes six bytes for a control character). Far below
 * what a record can hold, so that a kept session can always be written.
 */
const storedBytesMax = 1 << 20;

/** The topic filters that a client has subscribed to, and how many bytes a session with them takes on disk. */
export class GrantedFilters {
  private readonly filters = new Map<string, Granted>();
  private readonly tree = new FilterTree<Granted>();
  private storedBytes = 0;
  /** Filters with a QoS below 2, or with an identifier: without any, no message needs to be looked up. */
  private special = 0;

  get size(): number {
    return this.filters.size;
  }

  has(filter: string): boolean {
    return this.filters.has(filter);
  }

  hasRoomFor(filter: string): boolean {
    return this.storedBytes + storedBytesOf(filter) <= storedBytesMax;
  }

  /** Notes a filter, or replaces what was noted of it. */
  add(filter: string, qos: number, identifier?: number): void {
    this.delete(filter);
    const granted = { bytes: storedBytesOf(filter), qos, identifier };
    this.filters.set(filter, granted);
    this.storedBytes += granted.bytes;
    const parsed = parseFilter(filter);
    if (parsed) this.tree.add(parsed, granted);
    if (isSpecial(granted)) this.special += 1;
  }

  delete(filter: string): void {
    const granted = this.filters.get(filter);
    if (!granted) return;
    this.storedBytes -= granted.bytes;
    this.filters.delete(filter);
    const parsed = parseFilter(filter);
    if (parsed) this.tree.remove(parsed, granted);
    if (isSpecial(granted)) this.special -= 1;
  }

  /**
   * The highest QoS of the filters that match a topic, and their identifiers; null if the message may go as it is. Aedes
   * compares the QoS of a message only with that of a filter without wildcards, and echoes one identifier.
   */
  grantOf(topic: string): { qos: number; identifiers: number[] } | null {
    if (this.special === 0) return null;
    const matching = this.tree.match(topic);
    if (matching.length === 0) return null;
    const identifiers = matching.flatMap(({ identifier }) => identifier ?? []);
    return { qos: Math.max(...matching.map(({ qos }) => qos)), identifiers };
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.filters.keys();
  }
}

function isSpecial({ qos, identifier }: Granted): boolean {
  return qos < 2 || identifier !== undefined;
}

function storedBytesOf(filter: string): number {
  return Buffer.byteLength(JSON.stringify(filter));
}
