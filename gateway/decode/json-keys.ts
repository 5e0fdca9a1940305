/**
 * Finds keys that come twice in one object of a JSON text. JSON.parse keeps the last value and says nothing, but which of
 * two values was meant is not known.
 */

const [quote, backslash, colon, comma, openBrace, closeBrace, openBracket, closeBracket] = [
  0x22, 0x5c, 0x3a, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d,
];

/**
 * Returns a key that comes twice in one object; null if none does. Both take time that is linear in the text: whether
 * there is one at all follows from the number of keys. @param parsed what JSON.parse made of the text, or of its lines
 */
export function keyTwiceIn(text: string, parsed: unknown): string | null {
  return colonsIn(text) === keysOf(parsed) ? null : findKey(text);
}

/** The number of colons outside strings, which is that of the keys in the text. */
function colonsIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === colon) count++;
    else if (code === quote) at = endOfString(text, at);
  }
  return count;
}

/** The number of keys that were parsed. It does not recurse, because a text may be nested deeper than the stack is. */
function keysOf(parsed: unknown): number {
  let count = 0;
  const left: object[] = [];
  const add = (value: unknown) => void (typeof value === 'object' && value !== null && left.push(value));
  add(parsed);
  for (let next = left.pop(); next; next = left.pop()) {
    if (Array.isArray(next)) for (const value of next) add(value);
    else
      for (const key in next) {
        count++;
        add((next as Record<string, unknown>)[key]);
      }
  }
  return count;
}

/** Returns the index of the quote that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === quote) break;
    if (code === backslash) end++;
  }
  return end;
}

function findKey(text: string): string | null {
  /** The keys of each object around; null for a list. */
  const around: (Set<string> | null)[] = [];
  let isKeyNext = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === openBrace || code === openBracket) {
      around.push(code === openBrace ? new Set() : null);
      isKeyNext = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) around.pop();
    else if (code === comma) isKeyNext = around.at(-1) !== null;
    else if (code === quote) {
      const end = endOfString(text, at);
      const keys = around.at(-1);
      if (isKeyNext && keys) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      isKeyNext = false;
      at = end;
    }
  }
  return null;
}
