/**
 * The file of what is wanted of this gateway: `fleet.json` in the data folder, replaced as a whole and synced before it is followed
 * and reported.
 *
 *     {"format": "harbinger-fleet", "version": 1, "documents": [...], "reports": [...], "provenMs": 0, "check": 1}
 *
 * `reports` say what was reported of each document, and what has not been told yet. `provenMs` is a time that has been, as a
 * cloud said. `check` is the CRC-32 of the two lists as JSON. A damaged file is set aside and logged; the cloud sends all again.
 */
import { type Static, Type } from '@sinclair/typebox';
import { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import type { CheckedFormat } from '../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../shared/files/json/record-file.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';

const Report = Type.Object({
  key: Type.String(),
  version: Type.Integer(),
  state: Type.String(),
  atMs: Type.Number(),
  problem: Type.Optional(Type.String()),
  clock: Type.Optional(Type.String()),
  /** It is not in the journal yet, as far as is known. */
  unsent: Type.Optional(Type.Literal(true)),
});
export type Report = Static<typeof Report>;

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-fleet'),
  version: Type.Literal(version),
  documents: Type.Array(DesiredDocument),
  reports: Type.Array(Report),
  provenMs: Type.Number(),
  check: Type.Integer(),
});
export type FleetContent = Pick<Static<typeof Content>, 'documents' | 'reports' | 'provenMs'>;

export type FleetFile = RecordFile<FleetContent>;

const format: CheckedFormat<FleetContent> = {
  format: 'harbinger-fleet',
  version,
  validate: compileValidator(Content),
  covered: ['documents', 'reports'],
};

/** @throws HarbingerError FLEET_VERSION, FLEET_UNREADABLE, FLEET_UNWRITABLE */
export function fleetFile(path: string, log: Log): FleetFile {
  return recordFile(path, format, log, {
    stage: 'fleet',
    codes: {
      version: 'FLEET_VERSION',
      unreadable: 'FLEET_UNREADABLE',
      damaged: 'FLEET_DAMAGED',
      unwritable: 'FLEET_UNWRITABLE',
    },
    named: `the documents of what is wanted of this gateway in ${path}`,
    ifNewer: 'move the file away; the cloud then sends all again',
    ifUnreadable: 'make the file readable, or move it away; the cloud then sends all again',
    ifDamaged:
      'what is wanted of this gateway is lost, such as which machines are muted: the cloud sends it again when it is connected',
    unwritten: '',
  });
}
