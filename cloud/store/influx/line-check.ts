/**
 * Keeps back lines that InfluxDB would misread: a comment, which it skips without an error; a line without a time, which
 * would get a new one on every repeat; an open quote, which would swallow the lines behind it. InfluxDB itself reports
 * whatever else is wrong with a line.
 */
import { parseLine } from '../../../shared/contract/line-protocol.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { RejectedLine } from '../../ports/store.ts';

const newline = 0x0a;
const space = 0x20;
const quote = 0x22;
const minus = 0x2d;

export interface CheckedLines {
  /** The other lines, each without its newline, as views into the text. */
  lines: Buffer[];
  rejected: RejectedLine[];
}

export function checkLines(text: Buffer): CheckedLines {
  const checked: CheckedLines = { lines: [], rejected: [] };
  const quotes = text.includes(quote);
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf(newline, start);
    if (end < 0) end = text.length;
    if (end > start) {
      const line = text.subarray(start, end);
      const reason = problemOf(line, quotes);
      if (reason === null) checked.lines.push(line);
      else checked.rejected.push({ line: line.toString(), reason });
    }
    start = end + 1;
  }
  return checked;
}

function problemOf(line: Buffer, quotes: boolean): string | null {
  const first = line[0]!;
  if (first === 0x23) return 'it begins with #, which makes it a comment';
  if (first <= space) return 'it begins with a blank';
  if (!endsWithTime(line)) return 'it does not end with a time in ns';
  if (!quotes || !line.includes(quote)) return null;
  try {
    parseLine(line.toString());
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function endsWithTime(line: Buffer): boolean {
  let at = line.length - 1;
  while (at > 0 && line[at]! >= 0x30 && line[at]! <= 0x39) at--;
  if (at === line.length - 1) return false;
  if (line[at] === minus) at--;
  return line[at] === space;
}
