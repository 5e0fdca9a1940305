/** The file of machines that were learnt anew: `lessons.json` in the data folder, replaced as a whole and synced. */
import { type Static, Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../../../shared/files/json/record-file.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';

const version = 1;
export const relearntMax = 5_000;
const Content = Type.Object({
  format: Type.Literal('harbinger-lessons'),
  version: Type.Literal(version),
  /** Times at which machines, as site/machine, were learnt anew last; the latest last. */
  relearnt: Type.Array(Type.Object({ machine: Type.String({ maxLength: 200 }), atMs: Type.Number() }), {
    maxItems: relearntMax,
  }),
  check: Type.Integer(),
});
export type RelearntContent = Pick<Static<typeof Content>, 'relearnt'>;

const format: CheckedFormat<RelearntContent> = {
  format: 'harbinger-lessons',
  version,
  validate: compileValidator(Content),
  covered: 'relearnt',
};

/** @throws HarbingerError LESSONS_VERSION, LESSONS_UNREADABLE, LESSONS_UNWRITABLE */
export function relearntFile(path: string, log: Log): RecordFile<RelearntContent> {
  return recordFile(path, format, log, {
    stage: 'fleet',
    codes: {
      version: 'LESSONS_VERSION',
      unreadable: 'LESSONS_UNREADABLE',
      damaged: 'LESSONS_DAMAGED',
      unwritable: 'LESSONS_UNWRITABLE',
    },
    named: `the machines that were learnt anew, in ${path},`,
    ifNewer: 'move the file away; outcomes of before they were learnt anew then count again',
    ifUnreadable: 'make the file readable, or move it away',
    ifDamaged: 'outcomes of before machines were learnt anew count again',
    unwritten: '',
  });
}
