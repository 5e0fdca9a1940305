/**
 * Keeps back lines that InfluxDB would misread: a comment, which it skips without an error; a line without a time, which
 * would get a new one on every repeat; an open quote, which would swallow the lines behind it. InfluxDB itself reports
 * whatever else is wrong with a line.
 */
import { parseLine } from '../../../shared/contract/line-protocol.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { RejectedLine } from '../../ports/store.ts';
import { requestLimits } from './line-writer.ts';

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
    const end = endOfLine(text, start);
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

/**
 * Divides a text into requests, as views into it; null if a line has to be kept back. Lines without quotes, which are
 * nearly all, get no view of their own, which saves most of the work.
 */
export function requestsOf(text: Buffer): Buffer[] | null {
  if (text.includes(quote) && checkLines(text).rejected.length > 0) return null;
  const requests: Buffer[] = [];
  let from = 0;
  let lines = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfLine(text, start);
    if (end > start && formProblem(text, start, end) !== null) return null;
    if (lines === requestLimits.linesMax || (lines > 0 && end + 1 - from > requestLimits.bytesMax)) {
      requests.push(text.subarray(from, start));
      from = start;
      lines = 0;
    }
    lines++;
    start = end + 1;
  }
  if (from < text.length) requests.push(text.subarray(from));
  return requests;
}

function endOfLine(text: Buffer, start: number): number {
  const end = text.indexOf(newline, start);
  return end < 0 ? text.length : end;
}

function problemOf(line: Buffer, quotes: boolean): string | null {
  const problem = formProblem(line, 0, line.length);
  if (problem !== null || !quotes || !line.includes(quote)) return problem;
  try {
    parseLine(line.toString());
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Finds what is wrong with a line however its quotes are read. */
function formProblem(text: Buffer, start: number, end: number): string | null {
  const first = text[start]!;
  if (first === 0x23) return 'it begins with #, which makes it a comment';
  if (first <= space) return 'it begins with a blank';
  return endsWithTime(text, start, end) ? null : 'it does not end with a time in ns';
}

function endsWithTime(text: Buffer, start: number, end: number): boolean {
  let at = end - 1;
  while (at > start && text[at]! >= 0x30 && text[at]! <= 0x39) at--;
  if (at === end - 1) return false;
  if (text[at] === minus) at--;
  return text[at] === space;
}
