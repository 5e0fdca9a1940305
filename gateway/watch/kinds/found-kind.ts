/** The kind of a sensor that no type declares, from its name and its values. */
import { isStateName, wordsOf } from '../../../shared/domain/states.ts';

export type Kind = 'quantity' | 'state' | 'counter';

/** The last word of names of meters. */
const meterNames =
  /(?:^|[_. -])(?:total|totali[sz]er|count|counter|cnt|cycles|pulses|strokes|shots|pieces|parts|starts|hours|runtime|uptime|energy|[km]?wh|odometer|mileage|consumption|operations|operating_time)$/;
/** Words in names of quantities that may rise for long, and are never meters by themselves. */
const quantityNames =
  /(?:^|[_. -])(?:t|temp|temperature|pressure|level|humidity|speed|rpm|current|voltage|vibration|position|angle|weight|distance|setpoint|flow|power|torque|frequency|ph|co2|wear|thickness)(?:$|[_. -])/;

/**
 * A name of a meter is believed after so many rows; without one, a whole number must have risen so often: ovens and tanks
 * that rise in whole degrees or litres have reached their end before that.
 */
const namedRows = 60;
const risesMin = 512;
/** The rises are counted in so many parts of the same number, and no part may take this many times as long as another. */
const parts = 4;
const unevenMax = 8;
/** A sensor that only rises is learnt as a quantity after so many rows, unless it goes on rising within so many. */
const undecidedRows = 300;
const risingRows = 16;
/** A sensor that does not change is learnt as a quantity after so many rows, unless it is 0 or 1. */
const constantRows = 30;
/** A counter that falls to more than this share of its value was corrected, or is none. */
const resetShare = 0.5;
/** So many rises to each reset, or it is a quantity that comes and goes. */
const risesPerReset = 16;

/** Numbers of states are whole, and up to this. */
const stateMax = 255;

/** Values of a sensor from before it was known that it is a quantity. */
export interface Withheld {
  rows: number;
  low: number;
  high: number;
  last: number;
}

/** Finds the kind of one sensor. Some hundred bytes; a few comparisons for each row. */
export class FoundKind {
  private kind: Kind | null = null;
  private readonly name: 'meter' | 'quantity' | 'state' | 'other';
  private rows = 0;
  private last = Number.NaN;
  private isWhole = true;
  private isBinary = true;
  private hasChanged = false;
  private hasFallen = false;
  private rises = 0;
  private riseRow = 0;
  private resets = 0;
  /** Rows of the present part of the rises, and the fewest and most of those before. */
  private partRows = 0;
  private fewest = Number.POSITIVE_INFINITY;
  private most = 0;
  private withheld: Withheld | null = null;

  constructor(name: string) {
    const words = wordsOf(name);
    if (isStateName(name)) this.name = 'state';
    else if (meterNames.test(words)) this.name = 'meter';
    else this.name = quantityNames.test(words) ? 'quantity' : 'other';
  }

  get isKnown(): boolean {
    return this.kind !== null;
  }

  /** True if a baseline gets values of it. */
  get isLearnt(): boolean {
    return this.kind === 'quantity' || this.kind === 'counter';
  }

  /** True once it is a quantity whatever comes: nothing more need be taken of it. */
  get isSettled(): boolean {
    return this.kind === 'quantity' && this.withheld === null && !this.mayEverCount();
  }

  /** Goes on with a kind that was found before. */
  resume(kind: Kind): void {
    this.kind = kind;
  }

  /** Takes a value and returns the kind; what is not known yet is a quantity that is not learnt. @param mayChange what is learnt */
  take(value: number, mayChange: boolean): Kind {
    const before = this.last;
    this.last = value;
    this.rows++;
    this.partRows++;
    if (!Number.isInteger(value)) this.isWhole = this.isBinary = false;
    else if (value !== 0 && value !== 1) this.isBinary = false;
    const isSmallFall = value < before && !this.isReset(value, before);
    if (value > before) this.rise();
    if (value !== before && !Number.isNaN(before)) this.hasChanged = true;
    const found = this.found(isSmallFall);
    if (found !== null && (this.kind === null || this.kind === 'state' || mayChange)) this.kind = found;
    if (isSmallFall) this.forgetRises();
    if (!this.isLearnt) this.withhold(value);
    return this.kind ?? 'quantity';
  }

  /** Returns the values that were not learnt because their kind was not known, once; null if there are none. */
  takeWithheld(): Withheld | null {
    const { withheld } = this;
    this.withheld = null;
    return withheld;
  }

  private withhold(value: number): void {
    this.withheld ??= { rows: 0, low: value, high: value, last: value };
    this.withheld.rows++;
    this.withheld.low = Math.min(this.withheld.low, value);
    this.withheld.high = Math.max(this.withheld.high, value);
    this.withheld.last = value;
  }

  /** Null while what was thought of it goes on. */
  private found(isSmallFall: boolean): Kind | null {
    if (this.kind === 'counter') return isSmallFall || this.resetsTooOften() ? 'quantity' : null;
    if (this.kind === 'quantity') return this.isCounter(isSmallFall) ? 'counter' : null;
    if (this.mayBeState()) return 'state';
    // It was taken for a state as long as it was 0 or 1.
    this.kind = null;
    if (isSmallFall || !this.mayBeCounter()) return 'quantity';
    if (this.isCounter(false)) return 'counter';
    const isConstant = !this.hasChanged && this.rows >= constantRows && this.name !== 'meter';
    const isSlow = this.rows >= undecidedRows && this.rows - this.riseRow >= risingRows;
    return isConstant || (isSlow && this.name !== 'meter') ? 'quantity' : null;
  }

  private mayBeState(): boolean {
    if (this.name === 'state') return this.isWhole && this.last >= 0 && this.last <= stateMax;
    return this.isBinary && this.name !== 'meter';
  }

  private mayBeCounter(): boolean {
    return this.mayEverCount() && !this.resetsTooOften();
  }

  /** False for a name that says otherwise, and for values with a fraction under any but a meter's. */
  private mayEverCount(): boolean {
    if (this.name === 'quantity' || this.name === 'state') return false;
    return this.name === 'meter' || this.isWhole;
  }

  private isCounter(isSmallFall: boolean): boolean {
    if (isSmallFall || !this.mayBeCounter() || this.last < 0) return false;
    if (this.name === 'meter' && !this.hasFallen) return this.rows >= namedRows;
    return this.rises >= risesMin && this.most <= unevenMax * this.fewest;
  }

  private resetsTooOften(): boolean {
    return this.resets > 1 && this.resets * risesPerReset > this.rises;
  }

  private isReset(value: number, before: number): boolean {
    const isReset = value >= 0 && value <= resetShare * before;
    if (isReset) this.resets++;
    return isReset;
  }

  private rise(): void {
    this.rises++;
    this.riseRow = this.rows;
    if (this.rises % (risesMin / parts) !== 0) return;
    this.fewest = Math.min(this.fewest, this.partRows);
    this.most = Math.max(this.most, this.partRows);
    this.partRows = 0;
  }

  private forgetRises(): void {
    this.rises = 0;
    this.resets = 0;
    this.partRows = 0;
    this.fewest = Number.POSITIVE_INFINITY;
    this.most = 0;
    this.hasFallen = true;
  }
}
