import type { RecordChange } from '../../ports/records.ts';
import type { Segment } from '../segments/segment.ts';

/** Where a record's newest entry is. */
export interface Place {
  segment: Segment;
  at: number;
  bytes: number;
}

/** Where each record is, as its entries say in their order. */
export class Places {
  /** Of the entries that count. */
  liveBytes = 0;
  private readonly byKey = new Map<string, Place>();

  get(key: string): Place | undefined {
    return this.byKey.get(key);
  }

  keys(): Iterable<string> {
    return this.byKey.keys();
  }

  set({ key, value }: RecordChange, place: Place): void {
    this.liveBytes -= this.byKey.get(key)?.bytes ?? 0;
    if (value === null) {
      this.byKey.delete(key);
      return;
    }
    this.byKey.set(key, place);
    this.liveBytes += place.bytes;
  }

  inSegment(segment: Segment): [key: string, place: Place][] {
    return [...this.byKey].filter(([, place]) => place.segment === segment);
  }
}
