import { expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { type Due, DueHeap } from './due-heap.ts';

it('always knows the earliest item, however items are added, moved and removed', () => {
  const random = seededRandom(7);
  const heap = new DueHeap<Due>();
  const items: Due[] = Array.from({ length: 40 }, () => ({ dueMs: 0, heapAt: -1 }));
  const inside = new Set<Due>();
  for (let i = 0; i < 5_000; i++) {
    const item = items[Math.floor(random.next() * items.length)]!;
    if (random.next() < 0.3) {
      heap.remove(item);
      inside.delete(item);
    } else {
      heap.set(item, Math.floor(random.next() * 1_000));
      inside.add(item);
    }
    expect(heap.size).toBe(inside.size);
    expect(heap.first?.dueMs).toBe(
      inside.size === 0 ? undefined : Math.min(...[...inside].map((x) => x.dueMs)),
    );
  }
});
