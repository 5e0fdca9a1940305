import { parse } from 'smol-toml';

/** Position of a setting in a tree that has the shape of the tables and lists. */
export interface Position {
  /** The file, or another origin such as the command line. */
  from: string;
  /** Counted from 1; absent if the origin has no lines. */
  line?: number;
  /** By key, or by index in a list. */
  children: Map<string, Position>;
  /** Tables are merged with tables; any other position replaces what it overrides. */
  isTable: boolean;
}

/** Returns the positions of a table that comes from no file, e.g. from command-line options. */
export function positionsOf(value: unknown, from: string): Position {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const children = new Map<string, Position>();
  for (const [key, item] of entries) {
    const position = positionsOf(item, from);
    if (item !== undefined && !(position.isTable && position.children.size === 0))
      children.set(key, position);
  }
  return { from, isTable, children };
}

/**
 * Merges positions by the same rule as the values, so that each setting keeps the position of the value that counts.
 */
export function mergePositions(base: Position, over: Position): Position {
  if (!base.isTable || !over.isTable) return over;
  const children = new Map(base.children);
  for (const [key, position] of over.children) {
    const existing = children.get(key);
    children.set(key, existing ? mergePositions(existing, position) : position);
  }
  return { ...base, children };
}

/**
 * The position of a setting such as `broker.users[2].name`, or of the table or list around it if it is not set itself. A
 * table on the way that is not set is passed over, because short forms leave it out.
 */
export function positionOf(root: Position, key: string): Position {
  return walk(root, key).found;
}

/** The position of a setting; undefined if it is not set. */
export function exactPositionOf(root: Position, key: string): Position | undefined {
  const { found, isExact } = walk(root, key);
  return isExact ? found : undefined;
}

function walk(root: Position, key: string): { found: Position; isExact: boolean } {
  let found = root;
  let isExact = true;
  for (const name of key.split(/[.[\]]+/).filter((part) => part !== '')) {
    const child = found.children.get(name);
    isExact = child !== undefined;
    found = child ?? found;
  }
  return { found, isExact };
}

/**
 * Finds the positions of the settings in a TOML document. The document must already have been parsed successfully: this
 * scan looks for keys only and checks nothing.
 */
export function tomlPositions(text: string, from: string): Position {
  return new PositionScan(text, from).run();
}

class PositionScan {
  private readonly text: string;
  private readonly from: string;
  private at = 0;
  private line = 1;
  private counted = 0;

  constructor(text: string, from: string) {
    this.text = text;
    this.from = from;
  }

  run(): Position {
    const root: Position = { from: this.from, isTable: true, children: new Map() };
    let table = root;
    for (this.skipBlank(); this.at < this.text.length; this.skipBlank()) {
      if (this.text.startsWith('[[', this.at)) {
        this.at += 2;
        table = this.appendTo(root, this.key());
        this.at += 2;
      } else if (this.text[this.at] === '[') {
        this.at += 1;
        table = this.descend(root, this.key(), true);
        this.at += 1;
      } else this.assignment(table);
    }
    return root;
  }

  private assignment(table: Position): void {
    const path = this.key();
    const position = this.descend(table, path, false);
    this.at += 1; // the equals sign
    this.skipBlank();
    this.value(position);
  }

  private value(position: Position): void {
    const first = this.text[this.at];
    if (first === '"' || first === "'") this.skipString(first);
    else if (first === '[') this.list(position);
    else if (first === '{') this.inlineTable(position);
    else this.at = this.endOf(/[,\]}#\n]/g);
  }

  private list(position: Position): void {
    this.at += 1;
    this.skipBlank();
    for (let index = 0; this.text[this.at] !== ']'; index++) {
      const item = this.newPosition();
      position.children.set(String(index), item);
      this.value(item);
      this.skipBlank();
    }
    this.at += 1;
  }

  private inlineTable(position: Position): void {
    position.isTable = true;
    this.at += 1;
    this.skipBlank();
    while (this.text[this.at] !== '}') {
      this.assignment(position);
      this.skipBlank();
    }
    this.at += 1;
  }

  /** Reads the parts of a key, and skips the blanks that follow it. */
  private key(): string[] {
    const path: string[] = [];
    for (;;) {
      this.at = this.endOf(/[^ \t]/g);
      const start = this.at;
      const first = this.text[start];
      if (first === '"' || first === "'") this.skipString(first);
      else this.at = this.endOf(/[^A-Za-z0-9_-]/g);
      const written = this.text.slice(start, this.at);
      path.push(first === '"' ? String(parse(`key = ${written}`).key) : written.replace(/^'|'$/g, ''));
      this.at = this.endOf(/[^ \t]/g);
      if (this.text[this.at] !== '.') return path;
      this.at += 1;
    }
  }

  private appendTo(root: Position, path: string[]): Position {
    const parent = this.descend(root, path.slice(0, -1), true);
    const name = path.at(-1)!;
    const list = parent.children.get(name) ?? { ...this.newPosition(), isTable: false };
    parent.children.set(name, list);
    const item = { ...this.newPosition(), isTable: true };
    list.children.set(String(list.children.size), item);
    return item;
  }

  /** Returns the position at the end of `path`, creating what is missing. A list on the way stands for its newest item. */
  private descend(start: Position, path: readonly string[], isTable: boolean): Position {
    let position = start;
    for (const [i, name] of path.entries()) {
      let child = position.children.get(name);
      if (!child) {
        child = { ...this.newPosition(), isTable: isTable || i < path.length - 1 };
        position.children.set(name, child);
      }
      const newest = child.isTable ? undefined : child.children.get(String(child.children.size - 1));
      position = newest ?? child;
    }
    return position;
  }

  private newPosition(): Position {
    for (; this.counted < this.at; this.counted++) if (this.text[this.counted] === '\n') this.line += 1;
    return { from: this.from, line: this.line, isTable: false, children: new Map() };
  }

  private skipString(quote: string): void {
    const long = quote.repeat(3);
    const isLong = this.text.startsWith(long, this.at);
    const end = isLong ? long : quote;
    this.at += end.length;
    while (this.at < this.text.length && !this.text.startsWith(end, this.at))
      this.at += quote === '"' && this.text[this.at] === '\\' ? 2 : 1;
    this.at += end.length;
    // A multi-line string may end with quotes of its own before the three that close it.
    while (isLong && this.text[this.at] === quote) this.at += 1;
  }

  /** Skips blanks, line ends, comments and the commas between items. */
  private skipBlank(): void {
    for (;;) {
      this.at = this.endOf(/[^\s,\ufeff]/g);
      if (this.text[this.at] !== '#') return;
      this.at = this.endOf(/\n/g);
    }
  }

  /** Returns the end of the next match of `pattern`, or the end of the text. */
  private endOf(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.index ?? this.text.length;
  }
}
