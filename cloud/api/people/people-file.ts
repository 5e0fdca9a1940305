/**
 * The file of people and programs: `people.json` in the data folder, replaced as a whole and synced. It has hashes of tokens, and no
 * token. `check` is the CRC-32 of both lists as JSON.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../../shared/files/json/record-file.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

export const Role = Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')], {
  description: 'viewer: reads; operator: also what belongs to daily work; admin: everything',
});
export type Role = Static<typeof Role>;

const Person = Type.Object({
  name: Type.String(),
  /** A person, or a program. */
  kind: Type.Union([Type.Literal('user'), Type.Literal('token')]),
  role: Role,
  tokenHash: Type.String(),
  addedMs: Type.Number(),
  by: Type.String(),
  untilMs: Type.Optional(Type.Number()),
  note: Type.Optional(Type.String()),
});
export type Person = Static<typeof Person>;

const EndedSession = Type.Object({ id: Type.String(), untilMs: Type.Number() });
export type EndedSession = Static<typeof EndedSession>;

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-people'),
  version: Type.Literal(version),
  people: Type.Array(Person),
  ended: Type.Array(EndedSession),
  check: Type.Integer(),
});
export type PeopleContent = Pick<Static<typeof Content>, 'people' | 'ended'>;

const format: CheckedFormat<PeopleContent> = {
  format: 'harbinger-people',
  version,
  validate: compileValidator(Content),
  covered: ['people', 'ended'],
};

/** @throws HarbingerError PEOPLE_VERSION, PEOPLE_UNREADABLE, PEOPLE_UNWRITABLE */
export function peopleFile(path: string, log: Log): RecordFile<PeopleContent> {
  return recordFile(path, format, log, {
    stage: 'api',
    codes: {
      version: 'PEOPLE_VERSION',
      unreadable: 'PEOPLE_UNREADABLE',
      damaged: 'PEOPLE_DAMAGED',
      unwritable: 'PEOPLE_UNWRITABLE',
    },
    named: `the people and programs in ${path}`,
    ifNewer: 'move the file away and add them again',
    ifUnreadable: 'make the file readable, because without it nobody of them can call',
    ifDamaged:
      'the people and programs that may call are lost: add them again, with the token of the configuration, or put `people.json` of a backup back',
    unwritten: 'nothing was changed, because ',
  });
}
