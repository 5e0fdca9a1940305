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
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../../shared/files/json/record-file.ts';
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

export type MaintenanceFile = RecordFile<MaintenanceContent>;

const format: CheckedFormat<MaintenanceContent> = {
  format: 'harbinger-maintenance',
  version,
  validate: compileValidator(Content),
  covered: ['windows', 'unsent'],
};

/** @throws HarbingerError MAINTENANCE_VERSION, MAINTENANCE_UNREADABLE, MAINTENANCE_UNWRITABLE */
export function maintenanceFile(path: string, log: Log): MaintenanceFile {
  return recordFile(path, format, log, {
    stage: 'intelligence',
    codes: {
      version: 'MAINTENANCE_VERSION',
      unreadable: 'MAINTENANCE_UNREADABLE',
      damaged: 'MAINTENANCE_DAMAGED',
      unwritable: 'MAINTENANCE_UNWRITABLE',
    },
    named: `the maintenance windows in ${path}`,
    ifNewer: 'move the file away and set the windows again',
    ifUnreadable: 'make the file readable, because without it machines that are worked on would raise alerts',
    ifDamaged:
      'the maintenance windows are lost: set those that are on or planned again; until then all machines are judged',
    unwritten: 'maintenance was not changed, because ',
  });
}
