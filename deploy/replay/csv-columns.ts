import { isIdentifier } from '../../shared/contract/topics.ts';
import { type MachineType, reservedSensors } from '../../shared/domain/machine-type.ts';
import { type FullReplayOptions, wrong } from './options.ts';

/** Roles of the columns of a CSV. Indexes count from 0; −1 means that there is no such column. */
export interface CsvPlan {
  columns: number;
  time: number;
  timeName: string;
  machine: number;
  /** A machine column that `--machine` overrides; all its rows must be of one machine. */
  overruledMachine: number;
  sensors: { index: number; name: string }[];
  /** Columns that are left out, as sentences. */
  leftOut: string[];
}

const timeNames = ['time', 'timestamp', 'ts', 'date', 'datetime', 'timestamp_ms'];
const separators = [',', ';', '\t'];

/** Returns the separator that occurs most often in the first line, outside quotes. */
export function detectSeparator(head: string): string {
  const line = (head.replace(/^\uFEFF/, '').match(/[^\r\n]+/)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const counts = separators.map((separator) => line.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))]!;
}

/**
 * Turns a text into a name that topics, tags and sensors can have, by replacing other characters with `_`.
 * Returns '' if nothing is left.
 */
export function plainName(text: string): string {
  const plain = text
    .trim()
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/_+$/, '')
    .slice(0, 64);
  return isIdentifier(plain) ? plain : '';
}

/**
 * Decides the role of each column. @throws HarbingerError USAGE if a named column is missing or no column is
 * a sensor
 */
export function planColumns(header: string[], type: MachineType, options: FullReplayOptions): CsvPlan {
  const time = timeIndex(header, options.timeColumn);
  const { machine, overruledMachine } = machineColumns(header, options);
  const known = new Set(type.sensors.map((sensor) => sensor.name));
  const taken = new Set<string>();
  const plan: CsvPlan = {
    columns: header.length,
    time,
    timeName: header[time] ?? '',
    machine,
    overruledMachine,
    sensors: [],
    leftOut: [],
  };
  header.forEach((title, index) => {
    if (index === time || index === machine) return;
    if (index === overruledMachine) {
      plan.leftOut.push(`column ${index + 1} '${title.trim()}': --machine ${options.machine} was given`);
      return;
    }
    const name = known.has(title.trim()) ? title.trim() : plainName(title);
    const problem = problemOf(name, type, known, taken);
    if (problem !== null) plan.leftOut.push(`column ${index + 1} '${title.slice(0, 40)}': ${problem}`);
    else {
      taken.add(name);
      plan.sensors.push({ index, name });
    }
  });
  if (plan.sensors.length === 0) {
    const list = header.slice(0, 12).join(', ');
    const wanted = type.openSensors ? 'any number' : type.sensors.map((sensor) => sensor.name).join(', ');
    throw wrong(`no column of the file is a sensor of type '${type.name}' (file: ${list}; type: ${wanted})`);
  }
  return plan;
}

function problemOf(name: string, type: MachineType, known: Set<string>, taken: Set<string>): string | null {
  if (name === '') return 'not a name a sensor can have';
  if (taken.has(name)) return `a second '${name}'`;
  if (known.has(name)) return null;
  if (!type.openSensors) return `type '${type.name}' has no such sensor`;
  return reservedSensors.includes(name.toLowerCase()) ? 'a reserved name' : null;
}

function timeIndex(header: string[], given: string | undefined): number {
  if (given !== undefined) return named(header, given, 'time');
  const lower = header.map((title) => title.trim().toLowerCase());
  return lower.findIndex((title) => timeNames.includes(title));
}

/** Options of the command line take precedence over column names. */
function machineColumns(
  header: string[],
  { machine, machineColumn }: FullReplayOptions,
): Pick<CsvPlan, 'machine' | 'overruledMachine'> {
  if (machineColumn !== undefined && machine !== undefined) {
    throw wrong('--machine and --machine-column contradict each other: give one of them');
  }
  if (machineColumn !== undefined) {
    return { machine: named(header, machineColumn, 'machine'), overruledMachine: -1 };
  }
  const found = header.findIndex((title) => title.trim().toLowerCase() === 'machine');
  return machine === undefined
    ? { machine: found, overruledMachine: -1 }
    : { machine: -1, overruledMachine: found };
}

function named(header: string[], name: string, what: string): number {
  const index = header.findIndex((title) => title.trim() === name);
  if (index >= 0) return index;
  throw wrong(`the file has no ${what} column '${name}'; its columns are: ${header.slice(0, 30).join(', ')}`);
}
