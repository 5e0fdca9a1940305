/**
 * The file of the limits that people have set for single machines: `machine-limits.json` in the data folder, replaced as a
 * whole and synced before a change is in force.
 *
 *     {"format": "harbinger-limits", "version": 1, "limits": [...], "changes": [...], "unsent": [...], "check": 1}
 *
 * `unsent` names the machines whose limits the cloud has not been told, and `begunMs` is there
 * until it has been told that this record is a new one. `check` is the CRC-32 of the three lists as JSON. A
 * damaged file is set aside and logged; machines then have the limits of their types.
 */
import { type Static, Type } from '@sinclair/typebox';
import { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import { type CheckedFormat, checkedText, readChecked } from '../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const About = { site: Type.String(), machine: Type.String(), sensor: Type.String() };

const Entry = Type.Object({ ...About, limits: OwnLimits, by: Type.String(), atMs: Type.Number() });
export type LimitEntry = Static<typeof Entry>;

const Change = Type.Object({
  ...About,
  limits: Type.Union([OwnLimits, Type.Null()]),
  by: Type.String(),
  address: Type.String(),
  note: Type.Optional(Type.String()),
  atMs: Type.Number(),
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-limits'),
  version: Type.Literal(version),
  limits: Type.Array(Entry),
  changes: Type.Array(Change),
  unsent: Type.Array(Type.String()),
  begunMs: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  check: Type.Integer(),
});

export type LimitsContent = Pick<Static<typeof Content>, 'limits' | 'changes' | 'unsent' | 'begunMs'>;

export interface LimitsFile {
  /** Null if there is none, or if it was damaged. @throws HarbingerError LIMITS_VERSION, LIMITS_UNREADABLE */
  load(): LimitsContent | null;
  /** Durable when resolved. @throws HarbingerError LIMITS_UNWRITABLE */
  save(content: LimitsContent): Promise<void>;
}

const format: CheckedFormat<LimitsContent> = {
  format: 'harbinger-limits',
  version,
  validate: compileValidator(Content),
  covered: ['limits', 'changes', 'unsent'],
};

export function limitsFile(path: string, log: Log): LimitsFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'newer')
        throw new HarbingerError(
          'LIMITS_VERSION',
          'intelligence',
          `the limits of machines in ${path} have format ${file.version}, and this version of Harbinger knows ${version}: start the version that wrote it, or move the file away and set the limits again`,
        );
      if (file.found === 'unreadable')
        throw new HarbingerError(
          'LIMITS_UNREADABLE',
          'intelligence',
          `the limits of machines in ${path} cannot be read: ${file.problem}; make the file readable, because without it machines would be judged by other limits`,
        );
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'LIMITS_DAMAGED', path, aside, problem },
          'the limits that were set for single machines are lost: set them again; until then those of their types are in force',
        );
      }
      return null;
    },
    async save(content) {
      try {
        await replaceFile(path, checkedText(format, content), { mode: 0o600 });
      } catch (error) {
        throw new HarbingerError(
          'LIMITS_UNWRITABLE',
          'intelligence',
          `limits were not changed, because ${path} cannot be written: ${messageOf(error)}`,
          { retry: true },
        );
      }
    },
  };
}
