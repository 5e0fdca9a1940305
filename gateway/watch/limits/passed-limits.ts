import type { Limit } from '../../../shared/domain/limits.ts';
import type { PassedLimit } from '../../ports/decision.ts';

/** Readings of a device that come at once may hold many episodes; a decision hears of so many. */
const passedMax = 8;

/** So many spells of which a decision has heard are remembered, for readings of their time that come later. */
const knownMax = 16;

/** A spell in which a limit was met. */
export type Spell = Pick<PassedLimit, 'sensor' | 'side' | 'severity' | 'sinceMs' | 'untilMs'>;

/** Limits that were met and are back since the last decision, which heard of none of it. By limit, as in the limits of its machine. */
export class PassedLimits {
  /** True for a spell of which a decision has heard otherwise. */
  isHeard: (spell: Spell) => boolean = () => false;
  /** The same for one that has passed, and for one of which it is to hear later. */
  isKnown: (passed: PassedLimit) => boolean = () => false;
  /** A decision of the run before may have heard of them. */
  isAgain = false;
  /** The first ones. */
  private list: PassedLimit[] = [];
  /** The farthest value since it is met. */
  private readonly peaks: Float64Array;
  /** 1 if no decision has heard yet that it is met. */
  private readonly unheard: Uint8Array;
  /** The latest ones of which a decision has heard, or that were judged before a restart. */
  private readonly known: Spell[] = [];

  constructor(limits: number) {
    this.peaks = new Float64Array(limits);
    this.unheard = new Uint8Array(limits);
  }

  follow(before: PassedLimits): void {
    this.peaks.set(before.peaks);
    this.unheard.set(before.unheard);
    this.list = [...before.list];
    this.known.push(...before.known);
  }

  get heardOf(): readonly Spell[] {
    return this.known;
  }

  /** True if there is one that passed unheard. */
  get has(): boolean {
    return this.list.length > 0;
  }

  /** A decision hears of all that is met. */
  heard(): void {
    this.unheard.fill(0);
  }

  /** Takes those that passed unheard. */
  take(): readonly PassedLimit[] {
    const { list } = this;
    if (list.length > 0) this.list = [];
    for (const { sensor, side, severity, sinceMs, untilMs } of list)
      this.remember({ sensor, side, severity, sinceMs, untilMs });
    return list;
  }

  /** Adds those that were found by other limits of the same machine, but for what is here already. */
  add(others: readonly PassedLimit[]): void {
    for (const { sensor, severity, sinceMs, untilMs, ...more } of others) {
      const isHere = this.list.some(
        (each) =>
          each.sensor === sensor &&
          each.severity === severity &&
          each.sinceMs <= untilMs &&
          each.untilMs >= sinceMs,
      );
      if (!isHere && this.list.length < passedMax)
        this.list.push({ sensor, severity, sinceMs, untilMs, ...more });
    }
  }

  note(limit: number, side: Limit['side'], value: number, isFirst: boolean): void {
    const farther = side === 'high' ? Math.max : Math.min;
    this.peaks[limit] = isFirst ? value : farther(this.peaks[limit]!, value);
  }

  /** A limit is met. @param isLive false while readings are repeated from the journal: that was told before */
  begins(limit: number, isLive: boolean): void {
    this.unheard[limit] = Number(isLive);
  }

  /** True if no decision has heard that a limit is met. */
  isUnheard(
    limit: number,
    { side, severity }: Limit,
    sensor: string,
    sinceMs: number,
    untilMs: number,
  ): boolean {
    return this.unheard[limit] === 1 && !this.isHeard({ sensor, side, severity, sinceMs, untilMs });
  }

  /** A limit that was met is back. */
  ends(limit: number, { side, severity, at }: Limit, sensor: string, sinceMs: number, untilMs: number): void {
    if (this.unheard[limit] !== 1) return this.remember({ sensor, side, severity, sinceMs, untilMs });
    this.unheard[limit] = 0;
    const value = Number(this.peaks[limit]!.toPrecision(7));
    const again = this.isAgain && ({ isAgain: true } as const);
    const passed: PassedLimit = { sensor, side, severity, at, value, sinceMs, untilMs, ...again };
    if (this.list.length < passedMax && !this.isKnown(passed)) this.list.push(passed);
  }

  private remember(spell: Spell): void {
    // A limit that was unknown until its value was back is not known to have been met.
    if (Number.isNaN(spell.sinceMs)) return;
    this.known.push(spell);
    if (this.known.length > knownMax) this.known.shift();
  }
}
