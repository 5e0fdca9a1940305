import { describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { Shares } from './shares.ts';

interface Item {
  path: string[];
  id: number;
  bytes: number;
}

/** Removes items until the bound is met, as a store does; returns their ids. */
function evict(
  shares: Shares,
  items: Map<number, Item>,
  bound: { count?: number; bytes?: number },
): number[] {
  const gone: number[] = [];
  const { count = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = bound;
  while (shares.count > count || shares.bytes > bytes) {
    const id = shares.oldestOfLargest(shares.count > count ? 'count' : 'bytes')!;
    const item = items.get(id)!;
    shares.remove(item.path, id, item.bytes);
    items.delete(id);
    gone.push(id);
  }
  return gone;
}

function filled(depth: number, list: readonly Item[]): { shares: Shares; items: Map<number, Item> } {
  const shares = new Shares(depth);
  for (const { path, id, bytes } of list) shares.add(path, id, bytes);
  return { shares, items: new Map(list.map((item) => [item.id, item])) };
}

const many = (from: number, count: number, path: string[], bytes = 10): Item[] =>
  Array.from({ length: count }, (_, i) => ({ path, id: from + i, bytes }));

describe('shares', () => {
  it('the oldest of the one who has most goes, and nobody else loses any', () => {
    const { shares, items } = filled(1, [...many(1, 5, ['few']), ...many(6, 100, ['noisy'])]);
    expect(evict(shares, items, { count: 20 })).toEqual(Array.from({ length: 85 }, (_, i) => 6 + i));
    expect(evict(shares, items, { bytes: 100 })).toEqual(Array.from({ length: 10 }, (_, i) => 91 + i));
  });

  it('bytes and number are measured apart', () => {
    const { shares, items } = filled(1, [...many(1, 50, ['small'], 1), ...many(51, 3, ['large'], 1_000)]);
    expect(evict(shares, items, { bytes: 2_100 })).toEqual([51]);
    expect(evict(shares, items, { count: 50 })).toEqual([1, 2]);
  });

  it('one user does not gain by many clients, nor one client by many topics', () => {
    const scattered = Array.from({ length: 300 }, (_, i) => ({
      path: ['scattering', `client ${i % 100}`, `topic ${i}`],
      id: 100 + i,
      bytes: 10,
    }));
    const { shares, items } = filled(3, [...many(1, 20, ['calm', 'one', 'topic']), ...scattered]);
    evict(shares, items, { count: 45 });
    expect([...items.values()].filter(({ path }) => path[0] === 'calm').length).toBe(20);
  });

  it('within a client, the topic that floods pays', () => {
    const important = Array.from({ length: 50 }, (_, i) => ({
      path: ['u', 'c', `t${i}`],
      id: i + 1,
      bytes: 500,
    }));
    const { shares, items } = filled(3, [...important, ...many(1_000, 1_000, ['u', 'c', 'noise'])]);
    evict(shares, items, { count: 200 });
    for (const { id } of important) expect(items.has(id)).toBe(true);
  });

  it('of equal ones the oldest source goes first', () => {
    const { shares, items } = filled(
      1,
      ['c', 'a', 'b'].map((name, i) => ({ path: [name], id: i + 1, bytes: 7 })),
    );
    expect(evict(shares, items, { count: 1 })).toEqual([1, 2]);
  });

  it('an item that is put back is again the oldest', () => {
    const { shares, items } = filled(1, many(1, 40, ['a']));
    const before = new Map(items);
    for (const id of evict(shares, items, { count: 5 }).reverse())
      shares.add(['a'], id, before.get(id)!.bytes);
    expect(shares.oldestOfLargest('count')).toBe(1);
    expect(shares.count).toBe(40);
  });

  it('nothing is counted twice, or removed when it is not there', () => {
    const { shares } = filled(2, many(1, 1, ['a', 'b']));
    shares.add(['a', 'b'], 1, 10);
    shares.remove(['a', 'other'], 1, 10);
    shares.remove(['a', 'b'], 2, 10);
    expect([shares.count, shares.bytes]).toEqual([1, 10]);
    expect(shares.size(['a'])).toEqual({ count: 1, bytes: 10 });
    expect(shares.size(['a', 'other'])).toEqual({ count: 0, bytes: 0 });
    shares.remove(['a', 'b'], 1, 10);
    expect([shares.count, shares.bytes, shares.oldestOfLargest('bytes')]).toEqual([0, 0, undefined]);
  });

  it('agrees with a search through all items, for any order of adding and removing', () => {
    const random = seededRandom(7);
    const whole = (below: number) => Math.floor(random.next() * below);
    const shares = new Shares(2);
    const items = new Map<number, Item>();
    for (let id = 1; id <= 500; id++) {
      const item = { path: [`u${whole(5)}`, `t${whole(20)}`], id, bytes: 1 + whole(50) };
      items.set(id, item);
      shares.add(item.path, id, item.bytes);
      if (random.next() < 0.6) {
        const [gone] = [...items.values()].slice(whole(items.size));
        shares.remove(gone!.path, gone!.id, gone!.bytes);
        items.delete(gone!.id);
      }
      for (const by of ['count', 'bytes'] as const) {
        const found = shares.oldestOfLargest(by);
        if (items.size === 0) expect(found).toBeUndefined();
        else expect(sizeAt(items, found!, by)).toEqual(largest(items, found!, by));
      }
    }
  });

  it('a flood goes whole, whether it came from one source or from as many as it has items', () => {
    const gone = (sources: number) => {
      const { shares, items } = filled(
        2,
        Array.from({ length: 10_000 }, (_, id) => ({ path: ['u', `t${id % sources}`], id, bytes: 10 })),
      );
      return evict(shares, items, { count: 10 }).length;
    };
    expect([gone(1), gone(10_000)]).toEqual([9_990, 9_990]);
  });
});

/** Sizes of the user and of the topic of an item. */
function sizeAt(items: Map<number, Item>, id: number, by: 'count' | 'bytes'): number[] {
  const { path } = items.get(id)!;
  const weigh = (list: Item[]) => list.reduce((sum, item) => sum + (by === 'count' ? 1 : item.bytes), 0);
  const ofUser = [...items.values()].filter((item) => item.path[0] === path[0]);
  const ofTopic = ofUser.filter((item) => item.path[1] === path[1]);
  expect(Math.min(...ofTopic.map((item) => item.id))).toBe(id);
  return [weigh(ofUser), weigh(ofTopic)];
}

/** The most that any user has, and the most that any topic of the found user has. */
function largest(items: Map<number, Item>, id: number, by: 'count' | 'bytes'): number[] {
  const weigh = (level: number, list: Item[]) => {
    const sums = new Map<string, number>();
    for (const item of list) {
      const name = item.path[level]!;
      sums.set(name, (sums.get(name) ?? 0) + (by === 'count' ? 1 : item.bytes));
    }
    return Math.max(...sums.values());
  };
  const list = [...items.values()];
  return [
    weigh(0, list),
    weigh(
      1,
      list.filter((item) => item.path[0] === items.get(id)!.path[0]),
    ),
  ];
}
