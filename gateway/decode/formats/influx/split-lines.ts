const newline = 10;
const space = 32;
const quote = 34;
const hash = 35;
const backslash = 92;

/**
 * Yields the lines of a text. A newline inside a quoted value belongs to its line; quotes count in fields only, which begin
 * behind the first blank that is not escaped, and not in comments.
 */
export function* splitLines(text: string): Generator<string> {
  if (!text.includes('"')) {
    yield* text.split('\n');
    return;
  }
  let start = 0;
  let isInFields = false;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === newline && !isQuoted) {
      yield text.slice(start, i);
      start = i + 1;
      isInFields = false;
    } else if (i === start && code === hash) {
      const end = text.indexOf('\n', i);
      i = (end < 0 ? text.length : end) - 1;
    } else if (i === start && code === space) start++;
    else if (code === backslash) i++;
    else if (code === space) isInFields = true;
    else if (code === quote && isInFields) isQuoted = !isQuoted;
  }
  yield text.slice(start);
}
