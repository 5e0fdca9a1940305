/** Means of points: those of a series within a span become one line at the beginning of the span. */
import { stringField } from '../../../../shared/contract/line-protocol.ts';
import type { QlSeries } from '../influx-ql.ts';

/** The type of each field in InfluxDB: float, integer, unsigned, string or boolean. */
export type FieldTypes = ReadonlyMap<string, string>;

/** A value of one field within a span: the mean of numbers so far, or the last text or truth value. */
interface Sofar {
  value: number | string | boolean;
  count: number;
}

/** Takes points series by series, in the order of their time, and makes lines. */
export class Means {
  readonly #measurement: string;
  readonly #widthMs: number;
  readonly #types: FieldTypes;
  readonly #lines: string[] = [];
  #prefix = '';
  #spanMs = Number.NaN;
  #fields = new Map<string, Sofar>();
  /** Points that were taken; values in the lines. */
  points = 0;
  values = 0;

  constructor(measurement: string, widthMs: number, types: FieldTypes) {
    this.#measurement = escaped(measurement, /[, ]/g);
    this.#widthMs = widthMs;
    this.#types = types;
  }

  add({ tags = {}, columns, values = [] }: QlSeries): void {
    const prefix = this.#measurement + tagsOf(tags);
    for (const [timeUs, ...row] of values) {
      const timeMs = Math.floor(Number(timeUs) / 1_000);
      const spanMs = Math.floor(timeMs / this.#widthMs) * this.#widthMs;
      if (spanMs !== this.#spanMs || prefix !== this.#prefix) {
        this.#end();
        this.#prefix = prefix;
        this.#spanMs = spanMs;
      }
      this.points++;
      for (const [i, value] of row.entries()) this.#take(columns[i + 1]!, value);
    }
  }

  /** The lines of all points so far. */
  lines(): readonly string[] {
    this.#end();
    return this.#lines;
  }

  #take(field: string, value: unknown): void {
    if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') return;
    const sofar = this.#fields.get(field);
    if (!sofar) {
      this.#fields.set(field, { value, count: 1 });
      return;
    }
    sofar.count++;
    // A sum could leave the range of numbers.
    if (typeof value === 'number' && typeof sofar.value === 'number')
      sofar.value += (value - sofar.value) / sofar.count;
    else sofar.value = value;
  }

  #end(): void {
    if (this.#fields.size === 0) return;
    const fields = [...this.#fields].map(([name, { value }]) => {
      return `${escaped(name, /[,= ]/g)}=${fieldText(value, this.#types.get(name))}`;
    });
    this.#lines.push(`${this.#prefix} ${fields.join(',')} ${this.#spanMs}000000`);
    this.values += fields.length;
    this.#fields = new Map();
  }
}

function fieldText(value: number | string | boolean, type: string | undefined): string {
  if (typeof value === 'string') return stringField(value);
  if (typeof value === 'boolean') return String(value);
  if (type === 'integer') return `${BigInt(Math.round(value))}i`;
  if (type === 'unsigned') return `${BigInt(Math.round(value))}u`;
  return String(value);
}

function tagsOf(tags: Record<string, string>): string {
  return Object.entries(tags)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `,${escaped(name, /[,= ]/g)}=${escaped(value, /[,= ]/g)}`)
    .join('');
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (character) => `\\${character}`);
}
