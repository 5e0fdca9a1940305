/**
 * The file of the maintenance windows: `maintenance.json` in the data folder, replaced as a whole and synced before a
 * window is in force.
 *
 *     {"format": "harbinger-maintenance", "version": 1, "windows": [...], "unsent": [...], "check": 1}
 *
 * `unsent` names the windows of which the cloud has not been told the latest. `check` is the CRC-32 of both lists as JSON.
 * A damaged file is set aside and logged; no machine is in maintenance then.
 */
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Static, Type } from '@sinclair/typebox';
import { replaceFile } from '../../../shared/files/replace.ts';
import { setAside } from '../../../shared/files/set-aside.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
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
  ended: Type.Optional(Type.Object({ ...Who, atMs: Type.Number() })),
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-maintenance'),
  version: Type.Literal(version),
  windows: Type.Array(Window),
  unsent: Type.Array(Type.String()),
  check: Type.Integer(),
});
const validate = compileValidator(Content);

export type MaintenanceContent = Pick<Static<typeof Content>, 'windows' | 'unsent'>;

export interface MaintenanceFile {
  /** @throws HarbingerError MAINTENANCE_VERSION, MAINTENANCE_UNREADABLE */
  load(): Promise<MaintenanceContent>;
  /** Durable when resolved. @throws HarbingerError MAINTENANCE_UNWRITABLE */
  save(content: MaintenanceContent): Promise<void>;
}

const checkOf = ({ windows, unsent }: MaintenanceContent) => crc32(JSON.stringify([windows, unsent]));

function parse(path: string, text: string): MaintenanceContent {
  const json: unknown = JSON.parse(text);
  const found = (json as { format?: unknown; version?: unknown } | null) ?? {};
  const isOurs = found.format === 'harbinger-maintenance';
  if (isOurs && typeof found.version === 'number' && found.version > version)
    throw new HarbingerError(
      'MAINTENANCE_VERSION',
      'intelligence',
      `the maintenance windows in ${path} have format ${found.version}, and this version of Harbinger knows ${version}: start the version that wrote it, or move the file away and set the windows again`,
    );
  const content = validate(json, (problem) => new Error(problem));
  if (content.check !== checkOf(JSON.parse(text) as MaintenanceContent)) throw new Error('wrong checksum');
  return content;
}

export function maintenanceFile(path: string, log: Log): MaintenanceFile {
  return {
    async load() {
      const none: MaintenanceContent = { windows: [], unsent: [] };
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return none;
        throw new HarbingerError(
          'MAINTENANCE_UNREADABLE',
          'intelligence',
          `the maintenance windows in ${path} cannot be read: ${messageOf(error)}; make the file readable, because without it machines that are worked on would raise alerts`,
        );
      }
      try {
        return parse(path, text);
      } catch (error) {
        if (error instanceof HarbingerError) throw error;
        const aside = setAside(path, `${path}.damaged`);
        log.error(
          { code: 'MAINTENANCE_DAMAGED', path, aside, problem: messageOf(error) },
          'the maintenance windows are lost: set those that are on or planned again; until then all machines are judged',
        );
        return none;
      }
    },
    async save(content) {
      const head = { format: 'harbinger-maintenance', version };
      try {
        await replaceFile(path, `${JSON.stringify({ ...head, ...content, check: checkOf(content) })}\n`, {
          mode: 0o600,
        });
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
