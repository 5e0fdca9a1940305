/** Spans of time that charts show: how they move and grow, and how they stand in the address of the page. */
import type { Range } from './series.ts';

/** Spans that end at the last reading, by their names in the address. */
export const spans = {
  minutes15: 15 * 60_000,
  hour: 3_600_000,
  hours6: 6 * 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  quarter: 90 * 86_400_000,
  year: 365 * 86_400_000,
  years5: 5 * 365 * 86_400_000,
} as const;
export type SpanName = keyof typeof spans;
export const spanNames = Object.keys(spans) as SpanName[];

const spanMsMin = 10_000;
const spanMsMax = 20 * 365 * 86_400_000;

/** Moves by a share of its length, or grows by a factor around a place in it (0: its beginning, 1: its end). */
export function ranged(
  { fromMs, toMs }: Range,
  change: { move: number } | { zoom: number; about?: number },
): Range {
  const spanMs = toMs - fromMs;
  if ('move' in change) {
    const byMs = change.move * spanMs;
    return whole({ fromMs: fromMs + byMs, toMs: toMs + byMs });
  }
  const { zoom, about = 0.5 } = change;
  const nextMs = Math.min(spanMsMax, Math.max(spanMsMin, spanMs * zoom));
  const atMs = fromMs + about * spanMs;
  return whole({ fromMs: atMs - about * nextMs, toMs: atMs + (1 - about) * nextMs });
}

/** Whole milliseconds, in order, and not before 1970. */
export function whole({ fromMs, toMs }: Range): Range {
  const from = Math.max(0, Math.round(Math.min(fromMs, toMs)));
  return { fromMs: from, toMs: Math.max(from + spanMsMin, Math.round(Math.max(fromMs, toMs))) };
}

/** The span or range that an address asks for; null if it asks for none that can be shown. */
export function wantedIn(parameters: URLSearchParams): SpanName | Range | null {
  const span = parameters.get('span');
  if (span !== null && Object.hasOwn(spans, span)) return span as SpanName;
  const [from, to] = [Number(parameters.get('from')), Number(parameters.get('to'))];
  if (!(from > 0 && to > from) || !Number.isFinite(to)) return null;
  return whole({ fromMs: from, toMs: to });
}

export function addressOf(wanted: SpanName | Range): { span: string; from: string; to: string } {
  if (typeof wanted === 'string') return { span: wanted, from: '', to: '' };
  return { span: '', from: String(wanted.fromMs), to: String(wanted.toMs) };
}
