/**
 * Learns when a machine rests whose type does not say it. It looks at the machine once a minute. Rest is a mode in which nothing
 * moves, not a low value: two sensors at least (or the only one) have two modes with nothing between them, are low together, near
 * zero and quiet there, in several long periods; and no other sensor says that the machine goes on. Whatever is less clear is not
 * learnt, because a machine that works and is held to rest would be watched by nobody.
 *
 * A hundred bytes for each sensor, and a few hundred more once some have two modes.
 */
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import { wordsOf } from '../../../shared/domain/states.ts';
import type { Kind } from '../kinds/found-kind.ts';
import type { LearntSensor } from './learnt-rest.ts';
import { binOf, binsOf, type Gap, gapIn } from './modes.ts';
import { RestEvidence, type RestKind } from './rest-evidence.ts';

/** A machine with more sensors is not learnt: those that are not looked at could say that it goes on. */
const sensorsMax = 16;
const lookMs = 60_000;
/** Time between two looks farther apart than this, or than ten readings, does not count. */
const breakMsMin = 600_000;
const breakSteps = 10;
/** Modes are looked for once an hour. */
const findLooks = 60;
/** Sizes of about this many days count; older ones fade. */
const fadeLooks = 20 * 1_440;
/** So many older readings in a row mean that the clock was set back. */
const olderMax = 100;
/** Names of sensors that may stay as they are while a machine rests. */
const stayNames = /(?:^|[_. -])(?:t|temp|temperature|ambient|humidity|level|co2|setpoint)(?:$|[_. -]|\d)/;

/** Knows the kinds that were found. */
export interface Kinds {
  kindOf(column: number): Kind;
}

export class RestLearner {
  private readonly breakMs: number;
  private held = new Float32Array(0);
  /** Looks since each one's latest value, by column. */
  private ages = new Uint8Array(0);
  private seen = 0;
  /** Sizes of values: `binsOf` counts by column. */
  private counts = new Uint16Array(0);
  private looks = 0;
  private newestMs = Number.NEGATIVE_INFINITY;
  private lookedMs = Number.NEGATIVE_INFINITY;
  private older = 0;
  private evidence: RestEvidence | null = null;

  /** @param stepMs the usual time between two readings */
  constructor(stepMs: number) {
    this.breakMs = Math.max(breakMsMin, breakSteps * stepMs);
  }

  /**
   * Takes a live reading that is judged: `values[from] … values[to - 1]`, one per column. Returns by which sensors the machine rests
   * once that is clear, else null.
   */
  take(
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    sensors: readonly Sensor[],
    kinds: Kinds,
  ): LearntSensor[] | null {
    if (timeMs < this.newestMs && ++this.older < olderMax) return null;
    if (this.older > 0 && timeMs < this.newestMs) this.lookedMs = Number.NEGATIVE_INFINITY;
    this.older = 0;
    this.newestMs = timeMs;
    const width = to - from;
    if (width > sensorsMax) return null;
    if (width > this.held.length) this.widen(width);
    for (let column = 0; column < width; column++) {
      const value = values[from + column]!;
      if (Number.isNaN(value)) continue;
      this.held[column] = value;
      this.seen |= 1 << column;
    }
    return timeMs - this.lookedMs < lookMs ? null : this.look(timeMs, sensors, kinds);
  }

  /** It has got more sensors, which may say something else: it begins anew. */
  private widen(columns: number): void {
    const { held, ages } = this;
    this.held = new Float32Array(columns).fill(Number.NaN);
    this.ages = new Uint8Array(columns).fill(breakSteps);
    this.held.set(held);
    this.ages.set(ages);
    this.counts = new Uint16Array(columns * binsOf);
    this.looks = 0;
    this.evidence = null;
  }

  private look(timeMs: number, sensors: readonly Sensor[], found: Kinds): LearntSensor[] | null {
    const { held, ages, counts } = this;
    const passedMs = timeMs - this.lookedMs;
    this.lookedMs = timeMs;
    for (let column = 0; column < held.length; column++) {
      if ((this.seen & (1 << column)) === 0) {
        ages[column] = Math.min(ages[column]! + 1, breakSteps);
        if (ages[column] === breakSteps) held[column] = Number.NaN;
        continue;
      }
      ages[column] = 0;
      const at = column * binsOf + binOf(held[column]!);
      counts[at] = counts[at]! + 1;
    }
    this.seen = 0;
    this.evidence?.take(held, passedMs <= this.breakMs ? passedMs : 0);
    if (++this.looks % findLooks !== 0) return null;
    if (this.looks >= fadeLooks) this.fade();
    return this.find(sensors, this.kindsOf(sensors, found));
  }

  private fade(): void {
    for (let at = 0; at < this.counts.length; at++) this.counts[at] = this.counts[at]! >> 1;
    this.looks = (this.looks >> 1) - ((this.looks >> 1) % findLooks);
  }

  private find(sensors: readonly Sensor[], kinds: readonly RestKind[]): LearntSensor[] | null {
    const gaps = new Map<number, Gap>();
    for (let column = 0; column < this.held.length; column++) {
      const gap = kinds[column] === 'moves' ? gapIn(this.counts, column * binsOf) : null;
      if (gap) gaps.set(column, gap);
    }
    if (!isSame(gaps, this.evidence?.gaps ?? new Map()))
      this.evidence = gaps.size > 0 ? new RestEvidence(gaps, this.held.length) : null;
    const deciding = this.evidence?.decide(kinds);
    if (!deciding) return null;
    return [...deciding].map(([column, trembles]) =>
      learntSensor(sensors[column]!.name, gaps.get(column)!, trembles),
    );
  }

  private kindsOf(sensors: readonly Sensor[], found: Kinds): RestKind[] {
    return sensors.slice(0, this.held.length).map(({ name, kind }, column) => {
      if ((kind ?? 'quantity') !== 'quantity' || found.kindOf(column) !== 'quantity') return null;
      return stayNames.test(wordsOf(name)) ? 'stays' : 'moves';
    });
  }
}

function isSame(a: ReadonlyMap<number, Gap>, b: ReadonlyMap<number, Gap>): boolean {
  return a.size === b.size && [...a.keys()].every((column) => b.has(column));
}

/** At rest it is below a value in the gap, nearer to its rest than to its work, in two digits as people write them. */
function learntSensor(sensor: string, { lowTo, highFrom }: Gap, trembles: boolean): LearntSensor {
  const below = Math.max(2 * lowTo, highFrom / 8);
  return {
    sensor,
    below: Number(below.toPrecision(2)),
    worksFrom: Number(highFrom.toPrecision(2)),
    trembles,
  };
}
