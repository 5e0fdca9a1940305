/**
 * The file in which levels survive a restart: `levels.json`, replaced as a whole. JSON, some 1,300 bytes a sensor:
 *
 *     {"format": "harbinger-levels", "version": 1, "machines": [["hall/fan-1", [["vibration", 29350000, "…"]]]], "check": 1}
 *
 * A sensor has its open minute since 1970 and, in base64, its 244 levels as 32-bit little-endian floats, in the order of
 * level-memory.ts. It is written each hour and at a stop; what it lacks after a kill is learnt from the journal's tail, or
 * not at all. `check` is the CRC-32 of the machines as JSON. A damaged file is set aside; one that cannot be read, or is of
 * a newer version, is left. Both are logged, and levels are learnt again.
 */
import { crc32 } from 'node:zlib';
import { Type } from '@sinclair/typebox';
import { readRegularText } from '../../../shared/files/read-regular.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { setAside } from '../../../shared/files/set-aside.ts';
import { nextTurn } from '../../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { cellsOfSensor, type SavedLevel } from './level-memory.ts';
import type { SavedMachine } from './levels.ts';

const version = 1;
const bytesMax = 64 << 20;
/** Machines that are written in one turn of the event loop. */
const turnMachines = 100;
const cellBytes = 4;

const check = compileValidator(
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

export interface LevelsFile {
  /** Returns what was saved; null if there is something that must not be replaced. Never rejects. */
  load(): Promise<SavedMachine[] | null>;
  /** @throws the system's error */
  save(machines: Iterable<SavedMachine>): Promise<void>;
}

export function levelsFile(path: string, log: Log): LevelsFile {
  return {
    async load() {
      let text: string;
      try {
        text = readRegularText(path, bytesMax);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        log.error(
          { code: 'LEVELS_UNREADABLE', path, problem: messageOf(error) },
          'the levels of sensors cannot be read and are learnt again; nothing is written until the next start',
        );
        return null;
      }
      try {
        return parse(text);
      } catch (error) {
        if (error instanceof NewerFile) {
          log.error(
            { code: 'LEVELS_UNREADABLE', path, problem: error.message },
            'the levels of sensors are left as they are and learnt again',
          );
          return null;
        }
        const aside = setAside(path, `${path}.damaged`);
        log.error(
          { code: 'LEVELS_DAMAGED', path, aside, problem: messageOf(error) },
          'the levels of sensors were damaged and set aside, and are learnt again',
        );
        return [];
      }
    },
    async save(machines) {
      const texts: string[] = [];
      for (const { key, sensors } of machines) {
        texts.push(
          JSON.stringify([key, sensors.map(([name, level]) => [name, level.minute, written(level)])]),
        );
        if (texts.length % turnMachines === 0) await nextTurn();
      }
      const list = `[${texts.join(',')}]`;
      const head = `{"format":"harbinger-levels","version":${version},"machines":`;
      const text = `${head}${list},"check":${crc32(list)}}\n`;
      // The folder is not synced: what is in the old file is nearly as good.
      await replaceFile(path, text, { mode: 0o600, syncFolder: false });
    },
  };
}

class NewerFile extends Error {}

/** @throws Error NewerFile, or what is wrong with the file */
function parse(text: string): SavedMachine[] {
  const file: unknown = JSON.parse(text);
  const found = (file as { version?: unknown } | null)?.version;
  if (typeof found === 'number' && found > version)
    throw new NewerFile(`it has format ${found}, and this version of Harbinger knows ${version}`);
  const { machines, check: noted } = check(file, (problem) => new Error(`${problem}`));
  if (crc32(JSON.stringify(machines)) !== noted) throw new Error('its checksum is wrong');
  return machines.map(([key, sensors]) => ({
    key,
    sensors: sensors.map(([name, minute, cells]) => [name, { minute, cells: read(cells) }]),
  }));
}

function written({ cells }: SavedLevel): string {
  const bytes = Buffer.alloc(cells.length * cellBytes);
  for (const [i, cell] of cells.entries()) bytes.writeFloatLE(cell, i * cellBytes);
  return bytes.toString('base64');
}

/** @throws Error if there are too few or too many levels */
function read(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== cellsOfSensor * cellBytes)
    throw new Error(`a sensor has ${bytes.length} bytes of levels`);
  return Float32Array.from({ length: cellsOfSensor }, (_, i) => bytes.readFloatLE(i * cellBytes));
}
