/**
 * The days that are thinned, with the number of values that they had then, in `influx-thinned.json` in the data folder.
 * It only saves work: without it every day is looked at again, and where nothing has changed, nothing is changed. A day
 * is counted again once in 24 hours of running time, because readings may have arrived late.
 */
import { join } from 'node:path';
import { readRegular } from '../../../../shared/files/read-regular.ts';
import { replaceFile } from '../../../../shared/files/replace.ts';
import type { HourCount, Span } from './server.ts';

export const dayMs = 86_400_000;
const hourMs = 3_600_000;
const countedForMs = 24 * hourMs;
const bytesMax = 64 << 20;

/** `[until when it is thinned, to how long spans, how many values it has]`, times in ms. */
type Day = [toMs: number, widthMs: number, values: number];

interface Saved {
  of: string;
  measurements: Record<string, Record<string, Day>>;
}

export class ThinnedDays {
  readonly #path: string;
  readonly #of: string;
  #days: Map<string, Map<number, Day>> | null = null;
  readonly #countedMs = new Map<string, number>();
  #hasChanged = false;

  /** @param of which database it is about: another one begins anew */
  constructor(dataDir: string, of: string) {
    this.#path = join(dataDir, 'influx-thinned.json');
    this.#of = of;
  }

  /** Whether every day of the span is thinned and was counted lately. */
  isDone(measurement: string, { fromMs, toMs }: Span, widthMs: number, nowMs: number): boolean {
    const days = this.#daysOf(measurement);
    for (let at = fromMs; at < toMs; at += dayMs) {
      const day = days.get(at);
      const countedMs = this.#countedMs.get(keyOf(measurement, at)) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - countedMs >= countedForMs) return false;
      if (!day || day[0] < Math.min(at + dayMs, toMs) || day[1] < widthMs) return false;
    }
    return true;
  }

  /** The hours of the day that have to be thinned. */
  hoursToThin(
    measurement: string,
    fromMs: number,
    hours: readonly HourCount[],
    widthMs: number,
  ): HourCount[] {
    const day = this.#daysOf(measurement).get(fromMs);
    if (!day || day[1] < widthMs) return [...hours];
    const [toMs, , values] = day;
    const known = hours.filter((hour) => hour.fromMs < toMs);
    if (sumOf(known) !== values) return [...hours];
    return hours.filter((hour) => hour.fromMs >= toMs);
  }

  note(measurement: string, span: Span, widthMs: number, hours: readonly HourCount[], nowMs: number): void {
    this.#daysOf(measurement).set(span.fromMs, [span.toMs, widthMs, sumOf(hours)]);
    this.#countedMs.set(keyOf(measurement, span.fromMs), nowMs);
    this.#hasChanged = true;
  }

  /** Forgets days that are deleted. */
  forget(measurement: string, beforeMs: number): void {
    const days = this.#daysOf(measurement);
    for (const at of days.keys()) {
      if (at + dayMs > beforeMs) continue;
      days.delete(at);
      this.#countedMs.delete(keyOf(measurement, at));
      this.#hasChanged = true;
    }
  }

  async save(): Promise<void> {
    if (!this.#hasChanged || !this.#days) return;
    const measurements = Object.fromEntries(
      [...this.#days].map(([name, days]) => [name, Object.fromEntries(days)]),
    );
    await replaceFile(this.#path, JSON.stringify({ of: this.#of, measurements } satisfies Saved));
    this.#hasChanged = false;
  }

  #daysOf(measurement: string): Map<number, Day> {
    this.#days ??= this.#read();
    let days = this.#days.get(measurement);
    if (!days) {
      days = new Map();
      this.#days.set(measurement, days);
    }
    return days;
  }

  #read(): Map<string, Map<number, Day>> {
    const read = new Map<string, Map<number, Day>>();
    try {
      const saved = JSON.parse(readRegular(this.#path, bytesMax).toString('utf8')) as Saved;
      if (saved.of !== this.#of) return read;
      for (const [name, days] of Object.entries(saved.measurements)) {
        const sound = Object.entries(days).filter(
          ([at, day]) => Number.isFinite(Number(at)) && day.length === 3 && day.every(Number.isFinite),
        );
        read.set(name, new Map(sound.map(([at, day]) => [Number(at), day])));
      }
      return read;
    } catch {
      return new Map();
    }
  }
}

function keyOf(measurement: string, fromMs: number): string {
  return `${fromMs} ${measurement}`;
}

function sumOf(hours: readonly HourCount[]): number {
  return hours.reduce((sum, { values }) => sum + values, 0);
}
