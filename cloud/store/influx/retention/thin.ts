/**
 * Thinning: the points of each series within a span become one, at the beginning of the span: the means of its numbers,
 * and the last of its texts and truth values. Where that has been done, nothing changes when it is done again.
 */
import type { Clock } from '../../../../shared/runtime/clock.ts';
import { type FieldTypes, Means } from './means.ts';
import type { RangeLock } from './range-lock.ts';
import type { Replacement } from './replacement.ts';
import type { HourCount, RetentionServer, Span } from './server.ts';
import { dayMs, type ThinnedDays } from './thinned-days.ts';
import type { Work } from './work.ts';

const hourMs = 3_600_000;
/** Days that are counted at once. */
const daysAtOnce = 10;
/** Points that are read and replaced in one piece: about a second. */
const pointsInPieceMax = 50_000;

export interface Thinned {
  /** Points that were replaced, and the points that replace them. */
  thinned: number;
  means: number;
}

export interface ThinnerDeps {
  server: RetentionServer;
  lock: RangeLock;
  replacement: Replacement;
  days: ThinnedDays;
  clock: Clock;
}

export interface ThinJob {
  measurement: string;
  types: FieldTypes;
  widthMs: number;
  isDryRun: boolean;
}

/** Thins the whole hours before `beforeMs`. */
export async function thinBefore(
  work: Work,
  deps: ThinnerDeps,
  job: ThinJob,
  beforeMs: number,
): Promise<Thinned> {
  const { server, days, clock } = deps;
  const { measurement, widthMs } = job;
  const endMs = Math.floor(beforeMs / hourMs) * hourMs;
  const total: Thinned = { thinned: 0, means: 0 };
  let at = await server.firstMs(measurement, null, endMs);
  while (at !== null && at < endMs && !work.isOver) {
    const fromMs = Math.floor(at / dayMs) * dayMs;
    const span = { fromMs, toMs: Math.min(fromMs + daysAtOnce * dayMs, endMs) };
    at = span.toMs;
    if (days.isDone(measurement, span, widthMs, clock.monotonicMs())) continue;
    const hours = await server.hours(measurement, span);
    if (hours.length === 0) at = await server.firstMs(measurement, span.toMs, endMs);
    for (const day of daysIn(span)) await thinDay(work, deps, job, day, hoursIn(hours, day), total);
  }
  return total;
}

async function thinDay(
  work: Work,
  deps: ThinnerDeps,
  job: ThinJob,
  day: Span,
  hours: readonly HourCount[],
  total: Thinned,
): Promise<void> {
  const { measurement, widthMs, isDryRun } = job;
  const { days, server, clock } = deps;
  if (work.isOver) return;
  const open = days.hoursToThin(measurement, day.fromMs, hours, widthMs);
  for (const hour of open) {
    for (const piece of piecesOf(hour, widthMs)) {
      if (work.isOver) return;
      const { thinned, means } = await work.piece(() => thinPiece(deps, job, piece));
      // A point that is alone in its span is its own mean.
      if (thinned === means) continue;
      total.thinned += thinned;
      total.means += means;
    }
  }
  if (isDryRun) return;
  const after = open.length === 0 ? hours : await server.hours(measurement, day);
  days.note(measurement, day, widthMs, after, clock.monotonicMs());
}

/** @throws an error after which the piece is not begun, or is completed before anything is written into it */
async function thinPiece(deps: ThinnerDeps, job: ThinJob, piece: Span): Promise<Thinned> {
  const { server, lock, replacement } = deps;
  const { measurement, types, widthMs, isDryRun } = job;
  const means = new Means(measurement, widthMs, types);
  const read = () => server.eachPoints(measurement, piece, (series) => means.add(series));
  if (isDryRun) {
    await read();
    return { thinned: means.points, means: means.lines().length };
  }
  await lock.hold(piece);
  let lines: readonly string[];
  try {
    await read();
    lines = means.lines();
  } catch (error) {
    lock.release();
    throw error;
  }
  if (lines.length === means.points) lock.release();
  else await replacement.replace(measurement, piece, lines);
  return { thinned: means.points, means: lines.length };
}

/** Divides an hour at the bounds of spans so that each piece has about as many points as it may. */
function piecesOf({ fromMs, points }: HourCount, widthMs: number): Span[] {
  const count = Math.max(1, Math.ceil(points / pointsInPieceMax));
  const stepMs = widthMs * Math.max(1, Math.ceil(hourMs / widthMs / count));
  const pieces: Span[] = [];
  for (let at = fromMs; at < fromMs + hourMs; at += stepMs)
    pieces.push({ fromMs: at, toMs: Math.min(at + stepMs, fromMs + hourMs) });
  return pieces;
}

function daysIn({ fromMs, toMs }: Span): Span[] {
  const days: Span[] = [];
  for (let at = fromMs; at < toMs; at += dayMs) days.push({ fromMs: at, toMs: Math.min(at + dayMs, toMs) });
  return days;
}

function hoursIn(hours: readonly HourCount[], { fromMs, toMs }: Span): HourCount[] {
  return hours.filter((hour) => hour.fromMs >= fromMs && hour.fromMs < toMs);
}
