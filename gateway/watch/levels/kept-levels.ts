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
import { endianness } from 'node:os';
import { Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { KeptList } from '../kept-lists/list-file.ts';
import { cellsOfSensor, type SavedLevel } from './level-memory.ts';
import type { SavedMachine } from './levels.ts';

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
  covered: 'machines',
};

export const keptLevels: KeptList<SavedMachine> = {
  format,
  textOf: ({ key, sensors }) =>
    JSON.stringify([key, sensors.map(([name, level]) => [name, level.minute, written(level)])]),
  codes: { damaged: 'LEVELS_DAMAGED', unreadable: 'LEVELS_UNREADABLE', unwritable: 'LEVELS_UNWRITABLE' },
  name: 'the levels of sensors',
};

const isBigEndian = endianness() === 'BE';

function written({ cells }: SavedLevel): string {
  const bytes = Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength);
  return (isBigEndian ? Buffer.from(bytes).swap32() : bytes).toString('base64');
}

/** @throws Error if there are too many levels, or half a level */
function read(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const count = bytes.length / cellBytes;
  if (count > cellsOfSensor || !Number.isInteger(count))
    throw new Error(`a sensor has ${bytes.length} bytes of levels`);
  // As a whole: there are 5 million of them at most, and a start waits for them.
  const cells = new Float32Array(count);
  const own = Buffer.from(cells.buffer);
  bytes.copy(own);
  if (isBigEndian) own.swap32();
  return cells;
}
