/**
 * The format of data folders (shared/data-format): a folder says which formats its files have, so that a version that
 * does not know them refuses it by name and touches nothing. Files that are moved alone have versions of their own, which
 * the code that reads them checks.
 */
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { ownVersion } from '../files/paths.ts';
import { readRegularText } from '../files/read-regular.ts';
import { replaceFileSync } from '../files/replace.ts';
import type { RunFile } from '../files/run-file.ts';
import { codeOf, HarbingerError } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';

type Role = RunFile['role'];
export type DataFormats = Readonly<Record<string, number>>;

/**
 * The formats of what is in a data folder, by kind. A number rises when an earlier version could not read what is
 * written, or would lose some of it; deploy/docs/upgrading.md lists the files of each kind. What version 0.1.0 wrote is 1.
 */
export const dataFormats: Readonly<Record<Role, DataFormats>> = {
  gateway: { journal: 1, records: 1, alerts: 1, baselines: 1 },
  cloud: { operations: 2, store: 1, retention: 1 },
};

/** Says which formats a data folder has, before any of its files is opened. A folder without it is of version 0.1.0. */
export const dataFormatName = 'format.json';

const FormatFile = Type.Object({
  format: Type.Literal('harbinger-data'),
  role: Type.Union([Type.Literal('gateway'), Type.Literal('cloud')]),
  writtenBy: Type.String(),
  formats: Type.Record(Type.String(), Type.Integer({ minimum: 1 })),
});
const check = compileValidator(FormatFile);

const bytesMax = 64 << 10;

/**
 * Refuses a folder that a newer version has written to, or one of the other role; nothing is changed.
 * @throws HarbingerError DATA_VERSION, DATA_DIR; system errors if it cannot be read
 */
export function checkDataFormat(dataDir: string, role: Role, known: DataFormats = dataFormats[role]): void {
  const found = readFormat(dataDir);
  if (!found) return;
  if (found.role !== role) {
    const why = `the data folder ${dataDir} is a ${found.role}'s, not a ${role}'s`;
    throw new HarbingerError('DATA_DIR', 'cli', `${why}; choose another with --data (or dataDir)`);
  }
  for (const [kind, number] of Object.entries(found.formats)) {
    const knownNumber = known[kind] ?? 0;
    if (number <= knownNumber) continue;
    const here = knownNumber === 0 ? 'does not know that' : `knows ${knownNumber}`;
    throw new HarbingerError(
      'DATA_VERSION',
      'config',
      `the data folder ${dataDir} was written by Harbinger ${found.writtenBy}: its ${kind} has format ${number}, and ` +
        `this version, ${ownVersion()}, ${here}; start version ${found.writtenBy} or a newer one, or restore a backup of ` +
        'this version into an empty folder. Nothing has been changed',
    );
  }
}

/**
 * Notes which formats the folder has from now on. Call it before anything is written in them, with the folder locked.
 * @throws system errors, if an earlier version could not read what will be written
 */
export function noteDataFormat(dataDir: string, role: Role, formats: DataFormats = dataFormats[role]): void {
  const found = readFormat(dataDir);
  const writtenBy = ownVersion();
  const isNoted =
    found?.writtenBy === writtenBy &&
    found.role === role &&
    Object.entries(formats).every(([kind, number]) => found.formats[kind] === number);
  if (isNoted) return;
  const text = `${JSON.stringify({ format: 'harbinger-data', role, writtenBy, formats }, null, 2)}\n`;
  const isRaised = Object.entries(formats).some(([kind, number]) => number > (found?.formats[kind] ?? 1));
  try {
    replaceFileSync(join(dataDir, dataFormatName), text, { mode: 0o600 });
  } catch (error) {
    if (isRaised) throw error;
    // On a full disk the process starts all the same: the next start notes it.
  }
}

/** Null if there is none, or it is damaged: then the files' own formats decide. */
function readFormat(dataDir: string) {
  try {
    const text = readRegularText(join(dataDir, dataFormatName), bytesMax);
    return check(JSON.parse(text), (problem) => new Error(problem));
  } catch (error) {
    if (codeOf(error) === 'EACCES') throw error;
    return null;
  }
}
