import { timestampText } from '../../../shared/contract/line-protocol.ts';
import type { ColumnSet } from '../machines/column-set.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { Row } from '../row.ts';
import type { StateValue } from '../states/state-values.ts';

/** Length of the longest number that JavaScript prints. */
const numberBytesMax = 25;
/** ` ` + ns since 1970 + newline. */
const timestampBytesMax = 32;
const space = 0x20;
const newline = 0x0a;
const comma = 0x2c;
const zero = 0x30;
/** A time in ms from 2001 to 2286 has thirteen digits. */
const thirteenDigits = 1e12;

/** The field names of a set of sensors. */
interface Names {
  /** `,name=` by column. */
  names: Uint8Array[];
  /** The maximum length of a line without its prefix. */
  bytesMax: number;
}

/**
 * Writes line protocol in place, as bytes: the garbage collector would copy a string concatenated from pieces while it
 * grows.
 */
export class LineWriter {
  private bytes = Buffer.allocUnsafe(1 << 16);
  private used = 0;
  /** The concatenated prefixes; by machine index, the start and end of each (0: not written yet). */
  private prefixes = Buffer.allocUnsafe(1 << 12);
  private prefixesEnd = 0;
  private prefixRanges = new Uint32Array(2 * 64);
  private readonly bySet = new WeakMap<ColumnSet, Names>();
  private readonly names = new Map<string, Uint8Array>();
  private lastSet: ColumnSet | null = null;
  private lastNames: Names | null = null;

  /** Returns the lines written since the last call; they are valid until the next line. */
  take(): Buffer {
    const lines = this.bytes.subarray(0, this.used);
    this.used = 0;
    return lines;
  }

  add(schema: MachineSchema, row: Row, ms: number, ns: number): void {
    const at = 2 * schema.index;
    if (!this.prefixRanges[at + 1]) this.encodePrefix(schema);
    const start = this.prefixRanges[at]!;
    const end = this.prefixRanges[at + 1]!;
    const { names, bytesMax } = this.namesOf(schema.set);
    const isMixed = row.states.length > 0;
    this.reserve(end - start + bytesMax + (isMixed ? bytesOf(row.states) : 0));
    this.copy(this.prefixes, start, end);
    if (isMixed) this.mixedFields(names, row);
    else if (row.source) this.copyFields(names, row, row.source);
    else this.printFields(schema, row);
    this.bytes[this.used++] = space;
    this.timestamp(ms, ns);
    this.bytes[this.used++] = newline;
  }

  private copyFields(names: Uint8Array[], { values, textFrom, textTo }: Row, source: Uint8Array): void {
    let skipped = 1; // the first comma
    for (let column = 0; column < names.length; column++) {
      if (Number.isNaN(values[column]!)) continue;
      const name = names[column]!;
      this.copy(name, skipped, name.length);
      this.copy(source, textFrom[column]!, textTo[column]!);
      skipped = 0;
    }
  }

  private printFields({ set: { sensors } }: MachineSchema, { values }: Row): void {
    let fields = '';
    for (let column = 0; column < sensors.length; column++) {
      const value = values[column]!;
      if (Number.isNaN(value)) continue;
      fields += fields === '' ? `${sensors[column]}=${value}` : `,${sensors[column]}=${value}`;
    }
    this.used += this.bytes.write(fields, this.used, 'latin1');
  }

  /** Writes the fields of a reading with states. */
  private mixedFields(names: Uint8Array[], { values, states, source, textFrom, textTo }: Row): void {
    let skipped = 1; // the first comma
    for (let column = 0; column < names.length; column++) {
      const value = values[column]!;
      if (Number.isNaN(value)) continue;
      const state = stateOf(states, column);
      const name = names[column]!;
      if (state !== null) {
        if (skipped === 0) this.bytes[this.used++] = comma;
        this.copy(state.fields, 0, state.fields.length);
      } else {
        this.copy(name, skipped, name.length);
        if (source) this.copy(source, textFrom[column]!, textTo[column]!);
        else this.used += this.bytes.write(String(value), this.used, 'latin1');
      }
      skipped = 0;
    }
  }

  /** A loop, because for the few bytes of a name or a number it is faster than a call into the runtime. */
  private copy(from: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let at = this.used;
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.used = at;
  }

  private timestamp(ms: number, ns: number): void {
    if (ms < thirteenDigits || ms >= 10 * thirteenDigits) {
      this.used += this.bytes.write(timestampText(ms, ns), this.used, 'latin1');
      return;
    }
    // Split into parts that fit a machine word.
    const high = Math.floor(ms / 1e6);
    this.digits(high, 7);
    this.digits(ms - high * 1e6, 6);
    this.digits(ns, 6);
  }

  private digits(value: number, count: number): void {
    const { bytes } = this;
    let rest = value;
    for (let at = this.used + count - 1; at >= this.used; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = zero + rest - tenth * 10;
      rest = tenth;
    }
    this.used += count;
  }

  private encodePrefix({ index, prefix }: MachineSchema): void {
    const start = this.prefixesEnd;
    this.prefixesEnd += Buffer.byteLength(prefix, 'latin1');
    while (this.prefixesEnd > this.prefixes.length) {
      this.prefixes = Buffer.concat([this.prefixes, Buffer.allocUnsafe(this.prefixes.length)]);
    }
    this.prefixes.write(prefix, start, 'latin1');
    while (2 * index + 1 >= this.prefixRanges.length) {
      const more = new Uint32Array(2 * this.prefixRanges.length);
      more.set(this.prefixRanges);
      this.prefixRanges = more;
    }
    this.prefixRanges[2 * index] = start;
    this.prefixRanges[2 * index + 1] = this.prefixesEnd;
  }

  private namesOf(set: ColumnSet): Names {
    if (set === this.lastSet) return this.lastNames!;
    const known = this.bySet.get(set) ?? this.newNames(set);
    this.bySet.set(set, known);
    this.lastSet = set;
    this.lastNames = known;
    return known;
  }

  private newNames({ sensors }: ColumnSet): Names {
    const names = sensors.map((sensor) => this.nameOf(sensor));
    const nameBytes = names.reduce((sum, name) => sum + name.length, 0);
    return { names, bytesMax: nameBytes + names.length * numberBytesMax + timestampBytesMax };
  }

  private nameOf(sensor: string): Uint8Array {
    const known = this.names.get(sensor);
    if (known) return known;
    const name = Buffer.from(`,${sensor}=`, 'latin1');
    this.names.set(sensor, name);
    return name;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + bytes));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}

function stateOf(states: Row['states'], column: number): StateValue | null {
  for (let i = 0; i < states.length; i++) if (states[i]!.column === column) return states[i]!;
  return null;
}

function bytesOf(states: Row['states']): number {
  let bytes = 0;
  for (let i = 0; i < states.length; i++) bytes += states[i]!.fields.length;
  return bytes;
}
