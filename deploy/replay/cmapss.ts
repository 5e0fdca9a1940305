/**
 * NASA C-MAPSS text (A. Saxena et al., 2008): no header, 26 space-separated columns: unit, cycle, settings
 * 1–3, sensors 1–21; the rows of an engine are contiguous and in order. Engines are sent interleaved, as a
 * fleet would send: a first pass locates each engine, then each is read in chunks.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDecimal } from '../../shared/contract/numbers/number-texts.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { type FileFacts, scanFile } from './file-scan.ts';
import { type FullReplayOptions, wrong } from './options.ts';
import type { RecordedRow, Recording, Tally } from './recording.ts';

const columns = 26;
const enginesMax = 10_000;
const pieceBytes = 16_384;
/** The sensors in order, from column 3 on. */
const cmapssSensors = [
  ...[1, 2, 3].map((i) => `setting_${i}`),
  ...Array.from({ length: 21 }, (_, i) => `s${i + 1}`),
];

interface Part {
  start: number;
  end: number;
  firstRow: number;
}

interface Engine {
  machine: string;
  parts: Part[];
}

/** Returns whether a file's first line looks like C-MAPSS text. */
export function looksLikeCmapss(head: string): boolean {
  const cells = (head.match(/[^\r\n]+/)?.[0] ?? '').trim().split(/\s+/);
  return cells.length === columns && cells.every(isDecimal);
}

/** Reads the file once to locate each engine and to gather the file's facts. */
export async function indexCmapss(file: string): Promise<{ facts: FileFacts; engines: Engine[] }> {
  const engines = new Map<number, Engine>();
  let row = 0;
  let current: { unit: number; part: Part } | null = null;
  const facts = await scanFile(
    file,
    (prefix, start, end) => {
      row++;
      const unit = Number.parseInt(prefix.trimStart(), 10);
      if (!(unit > 0)) {
        if (current) current.part.end = end;
        return;
      }
      if (current?.unit === unit) {
        current.part.end = end;
        return;
      }
      const part = { start, end, firstRow: row };
      current = { unit, part };
      const engine = engines.get(unit);
      if (engine) engine.parts.push(part);
      else engines.set(unit, { machine: `engine-${String(unit).padStart(3, '0')}`, parts: [part] });
      if (engines.size > enginesMax) throw wrong(`more than ${enginesMax} engines in one file`);
    },
    24,
  );
  return { facts, engines: [...engines.values()] };
}

export function cmapssRecording(
  engines: Engine[],
  type: MachineType,
  options: FullReplayOptions,
  tally: Tally,
): Recording {
  if (options.machine !== undefined || options.machineColumn !== undefined) {
    throw wrong('C-MAPSS files number their engines: --machine and --machine-column are for CSV files');
  }
  if (options.timestamps === 'original') throw wrong('C-MAPSS files have no times that could be sent');
  const known = new Set(type.sensors.map((sensor) => sensor.name));
  const sensors = cmapssSensors.map((name) => (type.openSensors || known.has(name) ? name : null));
  if (sensors.every((name) => name === null)) {
    throw wrong(`type '${type.name}' has none of the sensors of C-MAPSS (setting_1 … setting_3, s1 … s21)`);
  }
  // The challenge's test files end before the failure, so their last row is not an end of life.
  const cutOff = basename(options.file).startsWith('test');
  const announce = options.announceFailures && !cutOff;
  const failures = announce ? 'failures are announced' : 'failures are not announced';
  return {
    notes: [`C-MAPSS, ${engines.length} engine(s), ${failures}`],
    async *rows() {
      const file = await open(options.file);
      try {
        yield* interleaved(file, engines, { sensors, announce, tally, rate: options.rowsPerSecond });
      } finally {
        await file.close();
      }
    },
  };
}

interface Reading {
  sensors: (string | null)[];
  announce: boolean;
  tally: Tally;
  rate: number;
}

async function* interleaved(file: FileHandle, engines: Engine[], how: Reading): AsyncGenerator<RecordedRow> {
  let readers = engines.map((engine, i) => ({
    reader: new EngineReader(file, engine, how),
    share: i / engines.length,
  }));
  for (let cycle = 0; readers.length > 0; cycle++) {
    for (const { reader, share } of readers) {
      const row = await reader.next();
      if (row) yield { ...row, atS: (cycle + share) / how.rate };
    }
    readers = readers.filter(({ reader }) => !reader.done);
  }
}

/** Reads the rows of one engine in order, one row ahead, because the last row marks the end of life. */
class EngineReader {
  readonly #file: FileHandle;
  readonly #engine: Engine;
  readonly #how: Reading;
  readonly #lines: { text: string; row: number }[] = [];
  #part = 0;
  #offset = 0;
  #row = 0;
  #rest = '';
  #ahead: Omit<RecordedRow, 'atS'> | null = null;
  #started = false;
  done = false;

  constructor(file: FileHandle, engine: Engine, how: Reading) {
    this.#file = file;
    this.#engine = engine;
    this.#how = how;
  }

  async next(): Promise<Omit<RecordedRow, 'atS'> | null> {
    if (!this.#started) {
      this.#started = true;
      this.#ahead = await this.#read();
    }
    const row = this.#ahead;
    this.#ahead = row ? await this.#read() : null;
    this.done = this.#ahead === null;
    return row && { ...row, endOfLife: this.done && this.#how.announce };
  }

  async #read(): Promise<Omit<RecordedRow, 'atS'> | null> {
    while (true) {
      if (this.#lines.length === 0 && !(await this.#refill())) return null;
      const line = this.#lines.shift()!;
      if (line.text.trim() === '') continue;
      this.#how.tally.rows++;
      const values = this.#valuesOf(line.text);
      if (values)
        return { machine: this.#engine.machine, row: line.row, values, timeMs: null, endOfLife: false };
    }
  }

  #valuesOf(text: string): Record<string, number> | null {
    const cells = text.trim().split(/\s+/);
    if (cells.length !== columns) {
      this.#how.tally.skip(`not ${columns} columns`);
      return null;
    }
    const values: Record<string, number> = {};
    for (const [i, name] of this.#how.sensors.entries()) {
      if (name === null) continue;
      const cell = cells[i + 2] ?? '';
      if (isDecimal(cell)) values[name] = Number(cell);
      else this.#how.tally.badCell(name);
    }
    if (Object.keys(values).length > 0) return values;
    this.#how.tally.skip('no number in it');
    return null;
  }

  /** Reads on until at least one whole line is buffered. */
  async #refill(): Promise<boolean> {
    while (this.#lines.length === 0) {
      const part = this.#engine.parts[this.#part];
      if (!part) return false;
      if (this.#offset === 0) this.#row = part.firstRow;
      const from = part.start + this.#offset;
      const { buffer, bytesRead } = await this.#file.read(
        Buffer.alloc(Math.min(pieceBytes, part.end - from)),
        { position: from },
      );
      this.#offset += bytesRead;
      const atEnd = bytesRead === 0 || from + bytesRead >= part.end;
      const texts = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = atEnd ? '' : texts.pop()!;
      for (const text of texts) this.#lines.push({ text, row: this.#row++ });
      if (atEnd) {
        this.#part++;
        this.#offset = 0;
      }
    }
    return true;
  }
}
