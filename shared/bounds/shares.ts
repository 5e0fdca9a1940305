/**
 * Bounds (shared/bounds): what decides which of the kept data goes when there is too much of it or it is too old: who
 * has most of it, and which time has passed for certain. The data themselves are kept elsewhere.
 *
 * Here: who has most. Items belong to sources, and sources may be parted further (a user's clients, a client's topics),
 * so that nobody's share grows with the number of names that they use.
 */
import { LargestFirst, type Measure, type Ranked } from './largest-first.ts';
import { SortedIds } from './sorted-ids.ts';

const measures = ['count', 'bytes'] as const;

/** A source, or a part of one. */
class Share implements Ranked {
  readonly name: string;
  readonly parent: Parts | null;
  readonly born: number;
  readonly places = { count: -1, bytes: -1 };
  count = 0;
  bytes = 0;

  constructor(name: string, parent: Parts | null, born: number) {
    this.name = name;
    this.parent = parent;
    this.born = born;
  }
}

/** A source that has items itself. */
class Leaf extends Share {
  readonly ids = new SortedIds();
}

/** A source with parts. */
class Parts extends Share {
  private readonly parts = new Map<string, Share>();
  private readonly ranking = {
    count: new LargestFirst<Share>('count'),
    bytes: new LargestFirst<Share>('bytes'),
  };

  get(name: string): Share | undefined {
    return this.parts.get(name);
  }

  add(part: Share): void {
    this.parts.set(part.name, part);
    for (const by of measures) this.ranking[by].add(part);
  }

  largest(by: Measure): Share | undefined {
    return this.ranking[by].largest;
  }

  /** Called after the size of a part has changed; an empty one is forgotten. */
  resized(part: Share): void {
    for (const by of measures) {
      if (part.count > 0) this.ranking[by].moved(part);
      else this.ranking[by].remove(part);
    }
    if (part.count === 0) this.parts.delete(part.name);
  }
}

/**
 * Finds the item that goes when there are too many: the oldest of the source that has most. All operations take
 * logarithmic time. Ids rise with the age of an item: a greater one is newer.
 */
export class Shares {
  private readonly depth: number;
  private readonly root = new Parts('', null, 0);
  private born = 0;

  /** @param depth number of names in the path of a source, at least one */
  constructor(depth: number) {
    this.depth = depth;
  }

  get count(): number {
    return this.root.count;
  }

  get bytes(): number {
    return this.root.bytes;
  }

  /** Nothing happens if the source has that item already. */
  add(path: readonly string[], id: number, bytes: number): void {
    let share: Share = this.root;
    for (let level = 0; level < this.depth; level++) {
      share = this.partOf(share as Parts, path[level] ?? '', level === this.depth - 1 ? Leaf : Parts);
    }
    if ((share as Leaf).ids.add(id)) resize(share, 1, bytes);
  }

  /** Nothing happens if the source does not have that item. */
  remove(path: readonly string[], id: number, bytes: number): void {
    const leaf = this.find(path, this.depth);
    if (leaf instanceof Leaf && leaf.ids.remove(id)) resize(leaf, -1, -bytes);
  }

  /** The oldest item of the source that has most, at each level; undefined if there are no items. */
  oldestOfLargest(by: Measure): number | undefined {
    let share: Share | undefined = this.root;
    while (share instanceof Parts) share = share.largest(by);
    return share instanceof Leaf ? share.ids.first : undefined;
  }

  /** How much the source has that the first names of a path name. */
  size(path: readonly string[]): { count: number; bytes: number } {
    const { count = 0, bytes = 0 } = this.find(path, path.length) ?? {};
    return { count, bytes };
  }

  private find(path: readonly string[], depth: number): Share | undefined {
    let share: Share | undefined = this.root;
    for (let level = 0; level < depth; level++)
      share = share instanceof Parts ? share.get(path[level] ?? '') : undefined;
    return share;
  }

  private partOf(parent: Parts, name: string, Kind: typeof Leaf | typeof Parts): Share {
    const known = parent.get(name);
    if (known) return known;
    const made = new Kind(name, parent, ++this.born);
    parent.add(made);
    return made;
  }
}

function resize(leaf: Share, count: number, bytes: number): void {
  for (let share: Share | null = leaf; share; share = share.parent) {
    share.count += count;
    share.bytes += bytes;
    share.parent?.resized(share);
  }
}
