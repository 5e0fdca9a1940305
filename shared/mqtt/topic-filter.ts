/**
 * MQTT (shared/mqtt): what both sides need of the protocol beside their libraries: filters, packet headers, a size
 * limit, addresses. It opens no connection.
 */

/**
 * A parsed MQTT topic filter. Each level is its text, or null for `+`; `rest` is a trailing `#`. A wildcard at the first
 * level never matches a topic that starts with `$` [MQTT-4.7.2-1].
 */
export interface Filter {
  levels: readonly (string | null)[];
  rest: boolean;
}

/** The values of `{user}` and `{client}`. */
export interface Placeholders {
  user: string;
  client: string;
}

export const topicLevelsMax = 32;

/** Null if the text is not a valid filter, or if a placeholder's value is not one plain level, which could widen it. */
export function parseFilter(text: string, placeholders?: Placeholders): Filter | null {
  const levels: (string | null)[] = [];
  const parts = text.split('/');
  if (text.length === 0 || text.includes('\0') || parts.length > topicLevelsMax) return null;
  for (const [i, part] of parts.entries()) {
    if (part === '#' && i === parts.length - 1) return { levels, rest: true };
    if (part === '+') levels.push(null);
    else if (placeholders && (part === '{user}' || part === '{client}')) {
      const value = part === '{user}' ? placeholders.user : placeholders.client;
      if (!/^[^/+#]+$/.test(value)) return null;
      levels.push(value);
    } else if (/[+#]/.test(part)) return null;
    else levels.push(part);
  }
  return { levels, rest: false };
}

/**
 * True if the topic has no wildcards, at most `topicLevelsMax` levels, and no U+0000 or U+FFFD. The latter may stand
 * for bytes that are not UTF-8, so the broker's parser has to check such a topic.
 */
export function isPlainTopic(topic: string): boolean {
  let levels = 1;
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    if (code === 0x2b || code === 0x23 || code === 0 || code === 0xfffd) return false;
    if (code === 0x2f) levels += 1;
  }
  return levels <= topicLevelsMax;
}

/** Compiles a filter to a fast test of topics. */
export function compileFilter({ levels, rest }: Filter): (topic: string) => boolean {
  const text = levels.join('/');
  if (levels.length > 0 && !levels.includes(null)) {
    if (!rest) return (topic) => topic === text;
    return (topic) => topic.startsWith(text) && (topic.length === text.length || topic[text.length] === '/');
  }
  const wildFirst = levels.length === 0 || levels[0] === null;
  return (topic) => {
    if (wildFirst && topic.startsWith('$')) return false;
    const parts = topic.split('/');
    if (rest ? parts.length < levels.length : parts.length !== levels.length) return false;
    return levels.every((level, i) => level === null || level === parts[i]);
  };
}

export function compileFilters(filters: readonly Filter[]): (topic: string) => boolean {
  const tests = filters.map(compileFilter);
  if (tests.length === 1) return tests[0]!;
  return (topic) => {
    for (const test of tests) if (test(topic)) return true;
    return false;
  };
}

/** True if every topic that `inner` matches is also matched by `outer`. */
export function covers(outer: Filter, inner: Filter): boolean {
  if (crossesDollar(outer, inner)) return false;
  if (inner.rest && !outer.rest) return false;
  if (outer.rest ? inner.levels.length < outer.levels.length : inner.levels.length !== outer.levels.length)
    return false;
  return outer.levels.every((level, i) => level === null || level === inner.levels[i]);
}

/** True if at least one topic is matched by both. */
export function overlaps(a: Filter, b: Filter): boolean {
  if (crossesDollar(a, b) || crossesDollar(b, a)) return false;
  const shared = Math.min(a.levels.length, b.levels.length);
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.levels[i], b.levels[i]];
    if (x !== null && y !== null && x !== y) return false;
  }
  return (a.levels.length <= shared || b.rest) && (b.levels.length <= shared || a.rest);
}

/** True if `a` starts with a wildcard, and `b` with a level such as `$SYS`. */
function crossesDollar(a: Filter, b: Filter): boolean {
  return (a.levels[0] ?? null) === null && (b.levels[0]?.startsWith('$') ?? false);
}
