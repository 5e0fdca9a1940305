/**
 * Slow shifts (gateway/watch/slow-shifts): what lasts, or comes so slowly, that ranges and relations follow it. A day is compared with ordinary days
 * of the same machine:
 *
 *     levels   the mean of each sensor, where the other sensors do not explain it
 *     twins    how far two probes that measure the same are apart
 *     runs     for how long a sensor that goes up and down is up each time
 *
 * A shift is told once, when it is found. It is over half a day after it is back, in running time, or a person says that it is normal.
 */
import type { SlowShift } from '../../ports/decision.ts';
import type { BeyondRange } from '../usual-range/usual-range.ts';
import { backAfterMs, DaySeries, type SeriesRules } from './day-series.ts';
import { RunLengths } from './run-lengths.ts';
import { Scatter } from './scatter.ts';
import { twinsOf } from './twins.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** As many sensors at most are followed. */
const sensorsMax = 64;
/** One row in so long is enough for the mean of a day. */
const sampleMs = 2 * minuteMs;
/** A gap between rows counts as running for so long at most. */
const pauseMsMax = 10 * minuteMs;
/** Somebody is told for so long, and for so many rows: an alert opens in that time. */
const tellsMs = 10 * minuteMs;
const tellsRows = 10;
/** How long runs are now is the mean of about so many. */
const runsRecent = 4;
/** A level has shifted if the others let expect less than half of it; and if fewer than half of the sensors have. */
const unexplainedShare = 0.5;
/** Two probes measure the same if they are apart by so small a share of what each of them moves. */
const twinShare = 0.5;

const rules = {
  level: {
    ...{ daysMin: 14, memoryDays: 30, learnDays: Number.POSITIVE_INFINITY },
    ...{ valuesMin: 20, beyondDays: 2, share: 0.05, unrest: 1 },
  },
  /** Drift and wear go on for months: they are compared with the first weeks, and not followed. */
  twin: { daysMin: 7, memoryDays: 21, learnDays: 21, valuesMin: 20, beyondDays: 1, share: 0.02, unrest: 2 },
  run: { daysMin: 7, memoryDays: 21, learnDays: 21, valuesMin: 4, beyondDays: 2, share: 0.4, unrest: 1 },
} as const satisfies Record<SlowShift, SeriesRules>;

/** How its sensors go together now: the average that each has, and the value that the others let expect. */
export interface ByOthers {
  /** Null once it is judged. */
  learning: object | null;
  expected(sensor: number): { now: number; value: number } | null;
}

export interface SavedShifts {
  dayFromMs: number;
  /** All that is known of days, as 32-bit floats in base 64. */
  days: string;
}

export class SlowShifts {
  private readonly sensors: number;
  private readonly names: readonly string[];
  private readonly twins: readonly (readonly [number, number])[];
  private readonly series: Record<SlowShift, DaySeries>;
  /** By sensor: what the others do not explain. */
  private readonly unexplained: DaySeries;
  private readonly scatters: Scatter;
  private readonly runs: RunLengths;
  private dayFromMs = Number.NaN;
  private newestMs = Number.NaN;
  private sampledMs = Number.NEGATIVE_INFINITY;
  /** For how long, and in how many rows, the newest shift was told. */
  private toldMs = tellsMs;
  private toldRows = tellsRows;

  /** @param names by column; shorter where nobody has said them */
  constructor(sensors: number, names: readonly string[]) {
    this.names = names;
    this.sensors = Math.min(sensors, sensorsMax);
    this.twins = twinsOf(names.slice(0, this.sensors));
    this.series = {
      level: new DaySeries(this.sensors),
      twin: new DaySeries(this.twins.length),
      run: new DaySeries(this.sensors),
    };
    this.unexplained = new DaySeries(this.sensors);
    this.scatters = new Scatter(this.sensors + this.twins.length);
    this.runs = new RunLengths(this.sensors);
  }

  /** True while something has shifted and is not back. */
  get isShifted(): boolean {
    return this.all(({ series }, i) => series.isShifted(i));
  }

  /** Since when, of the oldest shift; null if there is none. */
  get sinceMs(): number | null {
    const all = this.beyond().map(({ sinceMs = Number.NaN }) => sinceMs);
    return all.length > 0 ? Math.min(...all) : null;
  }

  /** True while people may not have been told of the newest shift: by its score an alert must open now. */
  get isTelling(): boolean {
    return (this.toldMs < tellsMs || this.toldRows < tellsRows) && this.isShifted;
  }

  take(row: Float32Array, from: number, timeMs: number, by: ByOthers): void {
    const passedMs = Math.min(pauseMsMax, Math.max(0, timeMs - this.newestMs || 0));
    const gapMs = timeMs - this.newestMs || 0;
    this.newestMs = timeMs;
    for (let i = 0; i < this.sensors; i++) {
      const minutes = this.runs.take(i, row[from + i]!, timeMs, gapMs);
      if (minutes > 0) this.series.run.take(i, minutes, backAfterMs / runsRecent);
    }
    this.toldMs += passedMs;
    this.toldRows++;
    if (timeMs - this.sampledMs < sampleMs && timeMs >= this.sampledMs) return;
    const sinceMs = Math.min(pauseMsMax, Math.max(passedMs, timeMs - this.sampledMs));
    this.sampledMs = timeMs;
    this.sample(row, from, sinceMs, by);
    if (!(timeMs - this.dayFromMs < dayMs && timeMs >= this.dayFromMs)) this.turn(timeMs, by);
  }

  /** Which have shifted, with what is usual. */
  beyond(): BeyondRange[] {
    const found: BeyondRange[] = [];
    this.all(({ series, shift, size }, i) => {
      if (!series.isShifted(i)) return false;
      const [column, other] = shift === 'twin' ? this.twins[i]! : [i];
      const beside = other !== undefined && { beside: this.names[other]! };
      found.push({ column, ...series.now(i, rules[shift], size(i)), shift, ...beside });
      return false;
    });
    return found;
  }

  /** How it is now is normal from now on. Returns false if nothing has shifted. */
  confirmNormal(): boolean {
    const { isShifted } = this;
    this.all(({ series }, i) => {
      if (series.isShifted(i)) series.include(i);
      return false;
    });
    return isShifted;
  }

  /** Null if there is nothing to save. */
  save(): SavedShifts | null {
    if (Number.isNaN(this.dayFromMs)) return null;
    const bytes = this.known().map(({ cells }) => Buffer.from(cells.buffer, 0, cells.byteLength));
    return { dayFromMs: this.dayFromMs, days: Buffer.concat(bytes).toString('base64') };
  }

  /** Begins anew if it was saved for other sensors. */
  restore({ dayFromMs, days }: SavedShifts): void {
    const bytes = Buffer.from(days, 'base64');
    const known = this.known();
    if (bytes.length !== known.reduce((sum, { cells }) => sum + cells.byteLength, 0)) return;
    this.dayFromMs = dayFromMs;
    let at = 0;
    for (const { cells } of known)
      for (let i = 0; i < cells.length; i++, at += 4) cells[i] = bytes.readFloatLE(at);
  }

  private known(): readonly { cells: Float32Array }[] {
    const { level, twin, run } = this.series;
    return [level, this.unexplained, twin, run, this.scatters];
  }

  private sample(row: Float32Array, from: number, passedMs: number, by: ByOthers): void {
    for (let i = 0; i < this.sensors; i++) {
      const value = row[from + i]!;
      if (!Number.isFinite(value)) continue;
      this.series.level.take(i, value, passedMs);
      this.scatters.take(i, value);
      const expected = by.learning === null ? by.expected(i) : null;
      if (expected) this.unexplained.take(i, expected.now - expected.value, passedMs);
    }
    this.twins.forEach(([one, other], i) => {
      const apart = row[from + one]! - row[from + other]!;
      if (!Number.isFinite(apart)) return;
      this.series.twin.take(i, apart, passedMs);
      // A probe that has drifted far must not seem to be of another thing.
      if (!this.series.twin.isShifted(i)) this.scatters.take(this.sensors + i, apart);
    });
    this.all(({ series }, i) => {
      if (series.isShifted(i)) series.follow(i, passedMs);
      return false;
    });
  }

  private turn(timeMs: number, by: ByOthers): void {
    const { dayFromMs } = this;
    this.dayFromMs = timeMs;
    if (Number.isNaN(dayFromMs)) return;
    const isOther = this.isOther();
    let isNew = false;
    this.all(({ series, shift, size }, i) => {
      const far = series.far(i, rules[shift], size(i));
      const isBeyond = Math.abs(far) > 1 && this.counts(shift, i, far, isOther || by.learning !== null);
      if (series.close(i, rules[shift], isBeyond ? Math.sign(far) : 0, dayFromMs)) isNew = true;
      return false;
    });
    for (let i = 0; i < this.sensors; i++) this.unexplained.close(i, rules.level, 0, dayFromMs);
    if (isNew) [this.toldMs, this.toldRows] = [0, 0];
  }

  /** True if half of the sensors, two at least, are beyond together: then the machine does something else. */
  private isOther(): boolean {
    let [judged, beyond] = [0, 0];
    for (let i = 0; i < this.sensors; i++) {
      if (Number.isNaN(this.series.level.today(i, rules.level))) continue;
      judged++;
      if (Math.abs(this.series.level.far(i, rules.level)) > 1) beyond++;
    }
    return beyond > 1 && 2 * beyond >= judged;
  }

  private counts(shift: SlowShift, i: number, far: number, isOther: boolean): boolean {
    if (shift === 'run') return far > 0;
    if (shift === 'twin') {
      const [one, other] = this.twins[i]!;
      const apart = this.scatters.of(this.sensors + i);
      return apart <= twinShare * Math.min(this.scatters.of(one), this.scatters.of(other));
    }
    if (isOther) return false;
    const left = this.unexplained.today(i, rules.level);
    return left / (far * this.series.level.margin(i, rules.level)) >= unexplainedShare;
  }

  /** True if that is so of one of all series. */
  private all(
    is: (
      of: { shift: SlowShift; series: DaySeries; size: (i: number) => number | undefined },
      i: number,
    ) => boolean,
  ): boolean {
    let isSo = false;
    for (const shift of ['level', 'twin', 'run'] as const) {
      const series = this.series[shift];
      const size =
        shift === 'twin' ? (i: number) => this.scatters.meanOf(this.twins[i]![0]) : () => undefined;
      for (let i = 0; i < series.count; i++) if (is({ shift, series, size }, i)) isSo = true;
    }
    return isSo;
  }
}
