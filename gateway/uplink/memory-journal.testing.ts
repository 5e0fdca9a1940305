import { expect } from 'vitest';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Block, Cursor, Journal } from '../ports/journal.ts';

/** A lane in memory. `leap` is the distance from one block's seq to the next; blocks of one batch are consecutive. */
export function memoryJournal(lane: Lane, leap = 1): Journal & { add(text: string): void } {
  const blocks: Block[] = [];
  const waiters = new Set<() => void>();
  const cursors = new Map<string, { seq: number }>();
  const lastSeq = () => blocks.length * leap;
  return {
    lane,
    id: '0123456789abcdef',
    add(text) {
      const body = Buffer.from(text);
      blocks.push({
        seq: lastSeq() + leap,
        codec: 'identity',
        lines: 1,
        rawBytes: body.length,
        body,
        local: Buffer.alloc(0),
      });
      for (const wake of waiters) wake();
    },
    append: () => Promise.reject(new Error('not used')),
    async read(afterSeq, maxBytes) {
      let bytes = 0;
      const found: Block[] = [];
      for (const block of blocks.filter(({ seq }) => seq > afterSeq)) {
        if (found.length > 0 && bytes + block.body.length > maxBytes) break;
        found.push(block);
        bytes += block.body.length;
      }
      return found;
    },
    async waitFor(afterSeq, signal) {
      while (lastSeq() <= afterSeq && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiters.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          waiters.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
    cursor(consumer): Cursor {
      const cursor = cursors.get(consumer) ?? { seq: 0 };
      cursors.set(consumer, cursor);
      return {
        get seq() {
          return cursor.seq;
        },
        advance: (seq) => {
          expect(seq).toBeGreaterThanOrEqual(cursor.seq);
          cursor.seq = seq;
        },
        flush: async () => {},
      };
    },
    stats: () => ({ lastSeq: lastSeq() }) as ReturnType<Journal['stats']>,
  };
}
