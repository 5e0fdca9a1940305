import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { parse as parseText } from 'csv-parse/sync';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { type CsvPlan, detectSeparator, plainName, planColumns } from './csv-columns.ts';
import { cellNumber, cellTimeMs, checkHeader, type DecimalMarks, decimalMarks } from './csv-values.ts';
import type { FileFacts } from './file-scan.ts';
import { type FullReplayOptions, wrong } from './options.ts';
import { TimeLine } from './pace.ts';
import { type RecordedRow, type Recording, Tally } from './recording.ts';

const machinesMax = 10_000;
/** Smaller times are offsets from the recording's own zero, not dates. */
const dateMsMin = 1e11;

/** Reads a CSV with a header row as a stream, so that memory does not depend on the file's size. */
export async function csvRecording(
  facts: FileFacts,
  type: MachineType,
  options: FullReplayOptions,
  tally: Tally,
): Promise<Recording> {
  const separator = detectSeparator(facts.head);
  const header = headerOf(facts.head, separator);
  checkHeader(header);
  const plan = planColumns(header, type, options);
  if (plan.time < 0 && options.timestamps === 'original') {
    throw wrong('the file has no time column whose times could be sent; name it with --time-column');
  }
  const looked = records(options.file, separator, new Tally());
  const marks = await decimalMarks(looked, plan, { separator, given: options.decimal });
  const reader = new RowReader(plan, marks, options, tally);
  return {
    notes: [...notesOf(plan, options), ...marks.notes],
    async *rows() {
      for await (const record of records(options.file, separator, tally)) {
        const row = reader.read(record, ++tally.rows);
        if (row !== null) yield row;
      }
    },
  };
}

function notesOf(plan: CsvPlan, options: FullReplayOptions): string[] {
  const pace =
    plan.time >= 0
      ? `times from column '${plan.timeName}'`
      : `no time column: ${options.rowsPerSecond} row(s) a second and machine`;
  const left = plan.leftOut.slice(0, 10).map((sentence) => `left out: ${sentence}`);
  const more = plan.leftOut.length > 10 ? [`left out: ${plan.leftOut.length - 10} more columns`] : [];
  return [`CSV, ${plan.sensors.length} sensor column(s), ${pace}`, ...left, ...more];
}

function parserOptions(separator: string) {
  return {
    delimiter: separator,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 1 << 20,
  };
}

function headerOf(head: string, separator: string): string[] {
  const [header] = parseText(head, { ...parserOptions(separator), to: 1 });
  if (!header) throw wrong('the file has no header row');
  return header;
}

async function* records(file: string, separator: string, tally: Tally): AsyncGenerator<string[]> {
  const parser = parse({ ...parserOptions(separator), from: 2 });
  parser.on('skip', () => tally.skip('not CSV'));
  pipeline(createReadStream(file), parser, () => {});
  try {
    for await (const record of parser) yield record as string[];
  } catch (error) {
    throw new HarbingerError('REPLAY_FILE', 'cli', `${file}, after row ${tally.rows}: ${messageOf(error)}`);
  }
}

class RowReader {
  readonly #plan: CsvPlan;
  readonly #marks: DecimalMarks;
  readonly #tally: Tally;
  readonly #timeLine: TimeLine;
  readonly #originalTimes: boolean;
  readonly #onlyMachine: string;
  readonly #machines = new Map<string, string>();
  #overruledMachine: string | null = null;

  constructor(plan: CsvPlan, marks: DecimalMarks, options: FullReplayOptions, tally: Tally) {
    this.#plan = plan;
    this.#marks = marks;
    this.#tally = tally;
    this.#timeLine = new TimeLine(options.rowsPerSecond);
    this.#originalTimes = options.timestamps === 'original';
    const fileName = plainName(basename(options.file, extname(options.file)));
    this.#onlyMachine = options.machine ?? (fileName || 'machine-1');
  }

  read(record: string[], row: number): RecordedRow | null {
    if (record.length > this.#plan.columns) return this.#skip('more cells than columns');
    this.#checkOneMachine(record);
    const machine = this.#machineOf(record);
    if (machine === '') return this.#skip('no machine name');
    const timeMs = this.#plan.time < 0 ? null : cellTimeMs(record[this.#plan.time], this.#plan.timeName);
    if (Number.isNaN(timeMs)) return this.#skip('no valid time');
    if (timeMs !== null && this.#originalTimes && timeMs < dateMsMin) {
      throw wrong(`row ${row}: the times count from the recording's own start and cannot be sent as dates`);
    }
    const values = this.#valuesOf(record);
    if (values === null) return this.#skip('no number in it');
    const atS = this.#timeLine.secondsAt(machine, timeMs);
    return { machine, row, values, atS, timeMs, endOfLife: false };
  }

  #skip(reason: string): null {
    this.#tally.skip(reason);
    return null;
  }

  #valuesOf(record: string[]): Record<string, number> | null {
    const values: Record<string, number> = {};
    let present = 0;
    for (const { index, name } of this.#plan.sensors) {
      const value = cellNumber(record[index], this.#marks.of(index));
      if (value === null) continue;
      if (!Number.isFinite(value)) this.#tally.badCell(name);
      else {
        values[name] = value;
        present++;
      }
    }
    return present > 0 ? values : null;
  }

  /** Rows of several machines sent as one would form a history that no machine had. */
  #checkOneMachine(record: string[]): void {
    const name = record[this.#plan.overruledMachine]?.trim() ?? '';
    if (name === '') return;
    this.#overruledMachine ??= name;
    if (name === this.#overruledMachine) return;
    throw wrong(
      `the file has rows of machines '${this.#overruledMachine}' and '${name}', which cannot both be '${this.#onlyMachine}': leave --machine out`,
    );
  }

  #machineOf(record: string[]): string {
    if (this.#plan.machine < 0) return this.#onlyMachine;
    const given = record[this.#plan.machine]?.trim() ?? '';
    const known = this.#machines.get(given);
    if (known !== undefined) return known;
    const machine = plainName(given);
    if (machine !== given && [...this.#machines.values()].includes(machine)) {
      throw wrong(`machines '${given}' and another one would both be named '${machine}': rename one`);
    }
    if (this.#machines.size >= machinesMax) throw wrong(`more than ${machinesMax} machines in one file`);
    this.#machines.set(given, machine);
    return machine;
  }
}
