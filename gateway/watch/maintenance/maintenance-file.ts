/**
 * The file of the maintenance windows: `maintenance.json` in the data folder, replaced as a whole and synced before a
 * window is in force.
 *
 *     {"format": "harbinger-maintenance", "version": 1, "windows": [...], "unsent": [...], "check": 1}
 *
 * `unsent` names the windows of which the cloud has not been told the latest, and `begunMs` is
 * there until it has been told that this record is a new one. `check` is the CRC-32 of both lists as JSON.
 * A damaged file is set aside and logged; no machine is in maintenance then.
 */
import { type Static, Type } from '@sinclair/typebox';
import { type CheckedFormat, checkedText, readChecked } from '../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const Who = { by: Type.String(), address: Type.String(), note: Type.Optional(Type.String()) };

const Window = Type.Object({
  id: Type.String(),
  site: Type.Optional(Type.String()),
  machine: Type.Optional(Type.String()),
  fromMs: Type.Number(),
  toMs: Type.Number(),
  ...Who,
  setMs: Type.Number(),
  ended: Type.Optional(Type.Object({ ...Who, atMs: Type.Number(), toMs: Type.Optional(Type.Number()) })),
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-maintenance'),
  version: Type.Literal(version),
  windows: Type.Array(Window),
  unsent: Type.Array(Type.String()),
  begunMs: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  check: Type.Integer(),
});

export type MaintenanceContent = Pick<Static<typeof Content>, 'windows' | 'unsent' | 'begunMs'>;

export interface MaintenanceFile {
  /** Null if there is none, or if it was damaged. @throws HarbingerError MAINTENANCE_VERSION, MAINTENANCE_UNREADABLE */
  load(): MaintenanceContent | null;
  /** Durable when resolved. @throws HarbingerError MAINTENANCE_UNWRITABLE */
  save(content: MaintenanceContent): Promise<void>;
}

const format: CheckedFormat<MaintenanceContent> = {
  format: 'harbinger-maintenance',
  version,
  validate: compileValidator(Content),
  covered: ['windows', 'unsent'],
};

export function maintenanceFile(path: string, log: Log): MaintenanceFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'newer')
        throw new HarbingerError(
          'MAINTENANCE_VERSION',
          'intelligence',
          `the maintenance windows in ${path} have format ${file.version}, and this version of Harbinger knows ${version}: start the version that wrote it, or move the file away and set the windows again`,
        );
      if (file.found === 'unreadable')
        throw new HarbingerError(
          'MAINTENANCE_UNREADABLE',
          'intelligence',
          `the maintenance windows in ${path} cannot be read: ${file.problem}; make the file readable, because without it machines that are worked on would raise alerts`,
        );
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'MAINTENANCE_DAMAGED', path, aside, problem },
          'the maintenance windows are lost: set those that are on or planned again; until then all machines are judged',
        );
      }
      return null;
    },
    async save(content) {
      try {
        await replaceFile(path, checkedText(format, content), { mode: 0o600 });
      } catch (error) {
        throw new HarbingerError(
          'MAINTENANCE_UNWRITABLE',
          'intelligence',
          `maintenance was not changed, because ${path} cannot be written: ${messageOf(error)}`,
          { retry: true, cause: error },
        );
      }
    },
  };
}
