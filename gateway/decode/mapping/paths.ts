/** Paths into a payload: `ENERGY.Power`, `switch:{channel}.apower`, `Payload.*.Value`. */

/** Names found on the way, by placeholder; the newest first. */
export interface Bound {
  name: string;
  text: string;
  next: Bound | null;
}

export function boundText(bound: Bound | null, name: string): string | undefined {
  for (let at = bound; at; at = at.next) if (at.name === name) return at.text;
  return undefined;
}

/** One level: a name, or any name between two texts. */
export interface Level {
  /** Null for a pattern. */
  literal: string | null;
  prefix: string;
  suffix: string;
  /** Null if the name is not used. */
  name: string | null;
}

const pattern = /^([^{}*]*)(?:\*|\{([A-Za-z_][A-Za-z0-9_]*)\})([^{}*]*)$/;

/** @throws RangeError with what is wrong, as a sentence without a subject */
export function levelOf(text: string): Level {
  const found = pattern.exec(text);
  if (found) return { literal: null, prefix: found[1]!, suffix: found[3]!, name: found[2] ?? null };
  if (/[{}*]/.test(text)) throw new RangeError(`has the level '${text}', which may have one * or {name}`);
  return { literal: text, prefix: '', suffix: '', name: null };
}

/** Returns the levels of a path; a dot in a name is written `\.`, and a lone dot is the payload itself. */
export function levelsOf(path: string): Level[] {
  if (path === '.') return [];
  const parts = path.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
  if (parts.some((part) => part === '')) throw new RangeError('has an empty level');
  return parts.map(levelOf);
}

/** Returns what the name is in place of the placeholder; null if it does not fit. */
export function fits({ prefix, suffix }: Level, key: string): string | null {
  if (key.length <= prefix.length + suffix.length - 1) return null;
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return null;
  return key.slice(prefix.length, key.length - suffix.length);
}

export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A path without patterns. */
export type PlainPath = readonly string[];

/** @throws RangeError */
export function plainPath(path: string): PlainPath {
  return levelsOf(path).map(({ literal }) => {
    if (literal === null) throw new RangeError('has a * or {name}, which is not possible here');
    return literal;
  });
}

export function valueAt(root: unknown, path: PlainPath): unknown {
  let at = root;
  for (const name of path) {
    if (!isGroup(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

/** Returns the first of several paths that leads to something. */
export function firstAt(roots: readonly unknown[], paths: readonly PlainPath[]): unknown {
  for (const path of paths)
    for (const root of roots) {
      const value = valueAt(root, path);
      if (value !== undefined && value !== null) return value;
    }
  return undefined;
}

/** A node of the tree that all paths of a mapping make together, so that a payload is walked once. */
export class PathNode<F> {
  readonly literals = new Map<string, PathNode<F>>();
  readonly patterns: { level: Level; node: PathNode<F> }[] = [];
  /** The field that ends here, and its place among all. */
  field: { order: number; field: F } | null = null;
  /** All from here on is left out, or was used for something else than a value. */
  isLeft = false;

  at(levels: readonly Level[]): PathNode<F> {
    const [level, ...others] = levels;
    return level === undefined ? this : this.child(level).at(others);
  }

  private child(level: Level): PathNode<F> {
    if (level.literal === null) {
      const node = new PathNode<F>();
      this.patterns.push({ level, node });
      return node;
    }
    const known = this.literals.get(level.literal);
    if (known) return known;
    const made = new PathNode<F>();
    this.literals.set(level.literal, made);
    return made;
  }
}
