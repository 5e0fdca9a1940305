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
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../../shared/files/json/record-file.ts';
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

export type LimitsFile = RecordFile<LimitsContent>;

const format: CheckedFormat<LimitsContent> = {
  format: 'harbinger-limits',
  version,
  validate: compileValidator(Content),
  covered: ['limits', 'changes', 'unsent'],
};

/** @throws HarbingerError LIMITS_VERSION, LIMITS_UNREADABLE, LIMITS_UNWRITABLE */
export function limitsFile(path: string, log: Log): LimitsFile {
  return recordFile(path, format, log, {
    stage: 'intelligence',
    codes: {
      version: 'LIMITS_VERSION',
      unreadable: 'LIMITS_UNREADABLE',
      damaged: 'LIMITS_DAMAGED',
      unwritable: 'LIMITS_UNWRITABLE',
    },
    named: `the limits of machines in ${path}`,
    ifNewer: 'move the file away and set the limits again',
    ifUnreadable: 'make the file readable, because without it machines would be judged by other limits',
    ifDamaged:
      'the limits that were set for single machines are lost: set them again; until then those of their types are in force',
    unwritten: 'limits were not changed, because ',
  });
}
