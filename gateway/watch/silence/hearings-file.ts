/**
 * The file in which it survives a restart which machines are heard, and how often: `hearings.json`, replaced as a whole.
 * JSON, about a hundred bytes a machine:
 *
 *     {"format": "harbinger-hearings", "version": 1, "machines": [...], "check": 1}
 *
 * It is written some seconds after a machine has become known, else as seldom as baselines, and at a stop. What it lacks
 * after a kill is learnt again; what is told of silence does not depend on it, but on the open alerts. `check` is the
 * CRC-32 of the machines as JSON. A file that is damaged, or of a newer version, is set aside or left, and logged.
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
import type { SavedHearing } from './hearing.ts';

const version = 1;
const bytesMax = 64 << 20;
/** Machines that are written in one turn of the event loop. */
const turnMachines = 1_000;

const check = compileValidator(
  Type.Object({
    format: Type.Literal('harbinger-hearings'),
    version: Type.Integer(),
    machines: Type.Array(
      Type.Tuple([
        Type.String(),
        Type.String(),
        Type.String(),
        Type.Number(),
        Type.Number(),
        Type.Boolean(),
        Type.Array(Type.Number({ minimum: 0 })),
      ]),
    ),
    check: Type.Integer(),
  }),
);

export interface HearingsFile {
  /** Returns what was saved; null if there is something that must not be replaced. Never rejects. */
  load(): Promise<SavedHearing[] | null>;
  /** @throws the system's error */
  save(machines: Iterable<SavedHearing>): Promise<void>;
}

export function hearingsFile(path: string, log: Log): HearingsFile {
  return {
    async load() {
      let text: string;
      try {
        text = readRegularText(path, bytesMax);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        log.error(
          { code: 'HEARINGS_UNREADABLE', path, problem: messageOf(error) },
          'the rhythms of machines cannot be read and are learnt again; nothing is written until the next start',
        );
        return null;
      }
      try {
        return parse(text);
      } catch (error) {
        if (error instanceof NewerFile) {
          log.error(
            { code: 'HEARINGS_UNREADABLE', path, problem: error.message },
            'the rhythms of machines are left as they are and learnt again',
          );
          return null;
        }
        const aside = setAside(path, `${path}.damaged`);
        log.error(
          { code: 'HEARINGS_DAMAGED', path, aside, problem: messageOf(error) },
          'the rhythms of machines were damaged and set aside, and are learnt again',
        );
        return [];
      }
    },
    async save(machines) {
      const texts: string[] = [];
      for (const machine of machines) {
        texts.push(JSON.stringify(machine));
        if (texts.length % turnMachines === 0) await nextTurn();
      }
      const list = `[${texts.join(',')}]`;
      const head = `{"format":"harbinger-hearings","version":${version},"machines":`;
      const text = `${head}${list},"check":${crc32(list)}}\n`;
      // The folder is not synced: what is in the old file is nearly as good.
      await replaceFile(path, text, { mode: 0o600, syncFolder: false });
    },
  };
}

class NewerFile extends Error {}

/** @throws Error NewerFile, or what is wrong with the file */
function parse(text: string): SavedHearing[] {
  const file: unknown = JSON.parse(text);
  const found = (file as { version?: unknown } | null)?.version;
  if (typeof found === 'number' && found > version)
    throw new NewerFile(`it has format ${found}, and this version of Harbinger knows ${version}`);
  const { machines, check: noted } = check(file, (problem) => new Error(`${problem}`));
  if (crc32(JSON.stringify(machines)) !== noted) throw new Error('its checksum is wrong');
  return machines;
}
