import type { RecordChange } from '../../ports/records.ts';
import type { Segment } from '../segments/segment.ts';

/** Location of a record's newest entry. */
export interface Position {
  segment: Segment;
  at: number;
  bytes: number;
}

/** The location of each record, determined by the entries in order. */
export class Positions {
  /** Bytes of the entries that are current. */
  liveBytes = 0;
  private readonly byKey = new Map<string, Position>();

  get(key: string): Position | undefined {
    return this.byKey.get(key);
  }

  keys(): Iterable<string> {
    return this.byKey.keys();
  }

  set({ key, value }: RecordChange, position: Position): void {
    this.liveBytes -= this.byKey.get(key)?.bytes ?? 0;
    if (value === null) {
      this.byKey.delete(key);
      return;
    }
    this.byKey.set(key, position);
    this.liveBytes += position.bytes;
  }

  inSegment(segment: Segment): [key: string, position: Position][] {
    return [...this.byKey].filter(([, position]) => position.segment === segment);
  }
}
