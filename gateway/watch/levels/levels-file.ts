/**
 * The file in which levels survive a restart: `levels.json`, replaced as a whole. JSON, up to 1,300 bytes a sensor:
 *
 *     {"format": "harbinger-levels", "version": 1, "machines": [["hall/fan-1", [["vibration", 29350000, "…"]]]], "check": 1}
 *
 * A sensor has its open minute since 1970 and, in base64, its levels as 32-bit little-endian floats, in the order of
 * level-memory.ts: 244, or fewer while nothing is known of the others. It is written each hour and at a stop; what it lacks
 * after a kill is learnt from the journal's tail, or not at all. `check` is the CRC-32 of the machines as JSON. A damaged
 * file is set aside; one that cannot be read, or is of a newer version, is left. Both are logged, and levels are learnt again.
 */
import { Type } from '@sinclair/typebox';
import {
  type CheckedFormat,
  checkedListText,
  problemOf,
  readChecked,
} from '../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { cellsOfSensor, type SavedLevel } from './level-memory.ts';
import type { SavedMachine } from './levels.ts';

/** Machines that are written in one turn of the event loop. */
const turnMachines = 100;
const cellBytes = 4;

const validate = compileValidator(
  Type.Object({
    format: Type.Literal('harbinger-levels'),
    version: Type.Integer(),
    machines: Type.Array(
      Type.Tuple([
        Type.String(),
        Type.Array(Type.Tuple([Type.String(), Type.Integer({ minimum: 0 }), Type.String()])),
      ]),
    ),
    check: Type.Integer(),
  }),
);

const format: CheckedFormat<{ machines: SavedMachine[] }> = {
  format: 'harbinger-levels',
  version: 1,
  validate: (value, problem) => ({
    machines: validate(value, problem).machines.map(([key, sensors]) => ({
      key,
      sensors: sensors.map(([name, minute, cells]) => [name, { minute, cells: read(cells) }]),
    })),
  }),
  covered: ({ machines }) => machines,
};

export interface LevelsFile {
  /** Returns what was saved; null if there is something that must not be replaced. Never throws. */
  load(): SavedMachine[] | null;
  /** @throws the system's error */
  save(machines: Iterable<SavedMachine>): Promise<void>;
}

export function levelsFile(path: string, log: Log): LevelsFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content.machines;
      if (file.found === 'no') return [];
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'LEVELS_DAMAGED', path, aside, problem },
          'the levels of sensors were damaged and set aside, and are learnt again',
        );
        return [];
      }
      const problem = problemOf(file, format);
      log.error(
        { code: 'LEVELS_UNREADABLE', path, problem },
        'the levels of sensors are left as they are and learnt again; nothing is written until the next start',
      );
      return null;
    },
    async save(machines) {
      const items = texts(machines);
      // The folder is not synced: what is in the old file is nearly as good.
      await replaceFile(path, await checkedListText(format, 'machines', items, turnMachines), {
        mode: 0o600,
        syncFolder: false,
      });
    },
  };
}

function* texts(machines: Iterable<SavedMachine>): Iterable<string> {
  for (const { key, sensors } of machines)
    yield JSON.stringify([key, sensors.map(([name, level]) => [name, level.minute, written(level)])]);
}

function written({ cells }: SavedLevel): string {
  const bytes = Buffer.alloc(cells.length * cellBytes);
  for (const [i, cell] of cells.entries()) bytes.writeFloatLE(cell, i * cellBytes);
  return bytes.toString('base64');
}

/** @throws Error if there are too many levels, or half a level */
function read(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const count = bytes.length / cellBytes;
  if (count > cellsOfSensor || !Number.isInteger(count))
    throw new Error(`a sensor has ${bytes.length} bytes of levels`);
  return Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(i * cellBytes));
}
