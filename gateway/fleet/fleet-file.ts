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
import { type CheckedFormat, checkedText, readChecked } from '../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
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

export interface FleetFile {
  /** Null if there is none, or if it was damaged. @throws HarbingerError FLEET_VERSION, FLEET_UNREADABLE */
  load(): FleetContent | null;
  /** Durable when resolved. @throws HarbingerError FLEET_UNWRITABLE */
  save(content: FleetContent): Promise<void>;
}

const format: CheckedFormat<FleetContent> = {
  format: 'harbinger-fleet',
  version,
  validate: compileValidator(Content),
  covered: ['documents', 'reports'],
};

export function fleetFile(path: string, log: Log): FleetFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'newer')
        throw new HarbingerError(
          'FLEET_VERSION',
          'fleet',
          `what is wanted of this gateway is in ${path}, which has format ${file.version}, and this version of Harbinger knows ${version}: start the version that wrote it, or move the file away; the cloud then sends all again`,
        );
      if (file.found === 'unreadable')
        throw new HarbingerError(
          'FLEET_UNREADABLE',
          'fleet',
          `what is wanted of this gateway is in ${path}, which cannot be read: ${file.problem}; make the file readable, or move it away; the cloud then sends all again`,
        );
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'FLEET_DAMAGED', path, aside, problem },
          'what is wanted of this gateway is lost, such as which machines are muted: the cloud sends it again when it is connected',
        );
      }
      return null;
    },
    async save(content) {
      try {
        await replaceFile(path, checkedText(format, content), { mode: 0o600 });
      } catch (error) {
        throw new HarbingerError(
          'FLEET_UNWRITABLE',
          'fleet',
          `${path} cannot be written: ${messageOf(error)}`,
          { retry: true, cause: error },
        );
      }
    },
  };
}
