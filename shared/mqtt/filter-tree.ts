import type { Filter } from './topic-filter.ts';

interface Node<T> {
  children: Map<string, Node<T>>;
  plus: Node<T> | null;
  /** The values of filters that end here, and of those that end here in `#`. */
  here: Set<T>;
  rest: Set<T>;
}

function newNode<T>(): Node<T> {
  return { children: new Map(), plus: null, here: new Set(), rest: new Set() };
}

/** Maps topic filters to values. The time to match a topic depends on its levels, not on the number of filters. */
export class FilterTree<T> {
  /** Number of (filter, value) pairs. */
  size = 0;
  private readonly root = newNode<T>();

  add(filter: Filter, value: T): void {
    let node = this.root;
    for (const level of filter.levels) {
      let next = level === null ? node.plus : node.children.get(level);
      if (!next) {
        next = newNode<T>();
        if (level === null) node.plus = next;
        else node.children.set(level, next);
      }
      node = next;
    }
    const values = filter.rest ? node.rest : node.here;
    if (!values.has(value)) this.size += 1;
    values.add(value);
  }

  remove(filter: Filter, value: T): void {
    this.removeBelow(this.root, filter, 0, value);
  }

  private removeBelow(node: Node<T>, filter: Filter, depth: number, value: T): boolean {
    if (depth === filter.levels.length) {
      if ((filter.rest ? node.rest : node.here).delete(value)) this.size -= 1;
    } else {
      const level = filter.levels[depth]!;
      const next = level === null ? node.plus : node.children.get(level);
      if (next && this.removeBelow(next, filter, depth + 1, value)) {
        if (level === null) node.plus = null;
        else node.children.delete(level);
      }
    }
    return node.children.size === 0 && !node.plus && node.here.size === 0 && node.rest.size === 0;
  }

  /** Calls `found` for each value whose filter matches, until it returns true. Returns whether it did. */
  some(topic: string, found: (value: T) => boolean): boolean {
    if (this.size === 0) return false;
    return visit(this.root, topic.split('/'), 0, topic.startsWith('$'), found);
  }

  match(topic: string): T[] {
    const values: T[] = [];
    this.some(topic, (value) => {
      values.push(value);
      return false;
    });
    return values;
  }
}

function visit<T>(
  node: Node<T>,
  levels: string[],
  depth: number,
  dollar: boolean,
  found: (value: T) => boolean,
): boolean {
  const noWildcards = dollar && depth === 0;
  if (!noWildcards) for (const value of node.rest) if (found(value)) return true;
  if (depth === levels.length) {
    for (const value of node.here) if (found(value)) return true;
    return false;
  }
  const child = node.children.get(levels[depth]!);
  if (child && visit(child, levels, depth + 1, dollar, found)) return true;
  return !noWildcards && node.plus !== null && visit(node.plus, levels, depth + 1, dollar, found);
}
