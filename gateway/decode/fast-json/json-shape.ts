/**
 * The shape of a payload: the text of a JSON object, cut at its values. Devices repeat the same text with other
 * numbers, so the shape learnt from one message reads the next one without parsing it.
 */

/** A value in the text, with its key. */
export interface ShapeValue {
  key: string;
  /** True if it is in the object `values` rather than in the message itself. */
  nested: boolean;
  /** `constant` means true, false, null, a list or an object, which count as fixed text between the values. */
  kind: 'number' | 'text' | 'constant';
  /** Range of the value in bytes; a text without its quotes. */
  from: number;
  to: number;
}

export interface ShapeText {
  values: ShapeValue[];
  hasValuesObject: boolean;
}

const nestedKey = 'values';
const valuesMax = 600;

/**
 * Returns the values of a JSON object of plain values, in order. `text` is JSON with one character per byte. Null if it
 * has something that a shape cannot express: a list of readings, a duplicate key, escapes.
 */
export function shapeOf(text: string): ShapeText | null {
  if (text.includes('\\')) return null;
  const values: ShapeValue[] = [];
  const keys = new Set<string>();
  let hasValuesObject = false;
  let nested = false;
  // JSON.parse has already accepted the text, so tokens are in valid order and need only be classified.
  const token = /\s*(?:"([^"]*)"\s*:\s*)?(?:"([^"]*)"|(-?\d[-+.\deE]*)|(true|false|null)|([{}[\],]))/y;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) return text.slice(at).trim() === '' ? { values, hasValuesObject } : null;
    const [whole, key, string, number, constant, mark] = found;
    if (mark === ',') continue;
    if (mark === '}') {
      nested = false;
      continue;
    }
    if (mark === '{' && key === undefined && text.slice(0, at).trim() === '') continue;
    if (mark === '{' && key === nestedKey && !nested) {
      [nested, hasValuesObject] = [true, true];
      continue;
    }
    if (key === undefined) return null;
    if (mark !== undefined) token.lastIndex = closingOf(text, token.lastIndex - 1);
    const path = `${nested ? '.' : ''}${key}`;
    if (keys.has(path) || key === '__proto__' || values.length >= valuesMax) return null;
    keys.add(path);
    const end = token.lastIndex;
    const to = string === undefined ? end : end - 1;
    const length = (string ?? number ?? constant)?.length ?? end - at - whole.length + 1;
    const kind = string !== undefined ? 'text' : number !== undefined ? 'number' : 'constant';
    values.push({ key, nested, kind, from: to - length, to });
  }
  return { values, hasValuesObject };
}

/** Returns the index after the bracket that closes the one at `open`. */
function closingOf(text: string, open: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = open; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '{' || character === '[')) depth++;
    else if (!quoted && (character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}
