/**
 * Numbers as people of several countries write them: `1,5`, `1.000`, `1.000,5`. The same text can be two numbers, so what
 * the decimal mark is follows from all values of a column, or of its file, and is not guessed from one.
 */
export type DecimalMark = '.' | ',';

/** The evidence of a text about the decimal mark; `both` could be of either, and `none` says nothing. */
export type MarkEvidence = DecimalMark | 'both' | 'none';

const withComma = /^[+-]?(\d{1,3}(\.\d{3})+,\d+|[1-9]\d{0,2}(\.\d{3}){2,}|\d*,\d+|\d+,)([eE][+-]?\d{1,3})?$/;
const withPoint = /^[+-]?(\d{1,3}(,\d{3})+\.\d+|[1-9]\d{0,2}(,\d{3}){2,}|\d*\.\d+|\d+\.)([eE][+-]?\d{1,3})?$/;
/** `1.000` is a thousand, or one; `0.125` and `12.5` can only be decimals. */
const ofEither = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;
const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

export function markEvidence(text: string): MarkEvidence {
  if (ofEither.test(text)) return 'both';
  if (withComma.test(text)) return ',';
  return withPoint.test(text) ? '.' : 'none';
}

/** Returns the number that a text is under a decimal mark, with the other mark before each three digits; NaN if none. */
export function decimalNumber(text: string, mark: DecimalMark): number {
  const other = mark === '.' ? ',' : '.';
  const [whole = '', ...rest] = text.split(mark);
  if (rest.length > 1 || rest[0]?.includes(other)) return Number.NaN;
  const digits = whole.includes(other) ? ungrouped(whole, other) : whole;
  const made = digits === null ? '' : rest.length === 0 ? digits : `${digits}.${rest[0]}`;
  return plain.test(made) ? Number(made) : Number.NaN;
}

function ungrouped(whole: string, mark: string): string | null {
  const groups = whole.split(mark);
  const isGrouped =
    /^[+-]?[1-9]\d{0,2}$/.test(groups[0]!) && groups.slice(1).every((group) => /^\d{3}$/.test(group));
  return isGrouped ? groups.join('') : null;
}

/** Gathers evidence about a column, or about a whole file. */
export class MarkCount {
  private points = 0;
  private commas = 0;
  private unclear = 0;

  add(text: string): void {
    const evidence = markEvidence(text);
    if (evidence === '.') this.points++;
    else if (evidence === ',') this.commas++;
    else if (evidence === 'both') this.unclear++;
  }

  /** The mark that all evidence agrees on; undefined without evidence; null if it is contradictory. */
  get mark(): DecimalMark | undefined | null {
    if (this.points > 0 && this.commas > 0) return null;
    return this.points > 0 ? '.' : this.commas > 0 ? ',' : undefined;
  }

  /** True if there are texts that are different numbers under the two marks. */
  get isUnclear(): boolean {
    return this.unclear > 0;
  }
}
