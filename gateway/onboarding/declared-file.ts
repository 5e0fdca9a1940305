/**
 * The file of machines that people have accepted or said to ignore: `declared-machines.json` in the data folder, replaced as a
 * whole and synced before a change is in force.
 *
 *     {"format": "harbinger-declared", "version": 1, "rules": [...], "changes": [...], "check": 1}
 *
 * `check` is the CRC-32 of both lists as JSON. A damaged file is set aside and logged; the machines then wait again, and
 * what they send is kept as dead letters.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../shared/files/json/record-file.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';

const Who = { by: Type.String(), address: Type.String(), note: Type.Optional(Type.String()) };
const Rule = Type.Object({
  match: Type.String(),
  type: Type.Union([Type.String(), Type.Null()]),
  ...Who,
  atMs: Type.Number(),
});
const Change = Type.Object({
  match: Type.String(),
  did: Type.Union([Type.Literal('accept'), Type.Literal('ignore'), Type.Literal('undo')]),
  type: Type.Union([Type.String(), Type.Null()]),
  ...Who,
  atMs: Type.Number(),
});
export type DeclaredChange = Static<typeof Change>;

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-declared'),
  version: Type.Literal(version),
  rules: Type.Array(Rule),
  changes: Type.Array(Change),
  check: Type.Integer(),
});
export type DeclaredContent = Pick<Static<typeof Content>, 'rules' | 'changes'>;

const format: CheckedFormat<DeclaredContent> = {
  format: 'harbinger-declared',
  version,
  validate: compileValidator(Content),
  covered: ['rules', 'changes'],
};

/** @throws HarbingerError DECLARED_VERSION, DECLARED_UNREADABLE, DECLARED_UNWRITABLE */
export function declaredFile(path: string, log: Log): RecordFile<DeclaredContent> {
  return recordFile(path, format, log, {
    stage: 'contract',
    codes: {
      version: 'DECLARED_VERSION',
      unreadable: 'DECLARED_UNREADABLE',
      damaged: 'DECLARED_DAMAGED',
      unwritable: 'DECLARED_UNWRITABLE',
    },
    named: `the machines that were accepted, in ${path},`,
    ifNewer: 'move the file away and accept the machines again',
    ifUnreadable:
      'make the file readable, because without it the readings of these machines would become dead letters',
    ifDamaged:
      'it is not known any more which machines were accepted or are to be ignored: what they send is kept as dead letters; accept them again (harbinger machines waiting)',
    unwritten: 'nothing was accepted or ignored, because ',
  });
}
