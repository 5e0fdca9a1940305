import { type Bound, fits, isGroup, type Level } from './paths.ts';

/** One of several items of a message, the names found on the way to it, and its path. */
export interface FoundItem {
  item: unknown;
  bound: Bound | null;
  path: string;
}

/** Returns the items to which the levels of `each` lead, in the order of the message. */
export function itemsOf(root: unknown, levels: readonly Level[], bound: Bound | null): FoundItem[] {
  const items: FoundItem[] = [];
  collect(root, levels, bound, '', items);
  return items;
}

function collect(
  value: unknown,
  levels: readonly Level[],
  bound: Bound | null,
  path: string,
  items: FoundItem[],
): void {
  const [level, ...others] = levels;
  if (level === undefined) {
    // A list is written without `*` behind it, too.
    if (Array.isArray(value))
      for (const [i, item] of value.entries()) items.push({ item, bound, path: joined(path, `${i}`) });
    else if (value !== undefined && value !== null) items.push({ item: value, bound, path });
    return;
  }
  if (!isGroup(value)) return;
  if (level.literal !== null) {
    if (Object.hasOwn(value, level.literal))
      collect(value[level.literal], others, bound, joined(path, level.literal), items);
    return;
  }
  for (const key in value) {
    const text = fits(level, key);
    if (text === null) continue;
    const inner = level.name === null ? bound : { name: level.name, text, next: bound };
    collect(value[key], others, inner, joined(path, key), items);
  }
}

/** Returns the path of a name below another. */
export const joined = (path: string, key: string) => (path === '' ? key : `${path}.${key}`);
