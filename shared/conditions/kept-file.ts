/**
 * The file in which open conditions survive a restart: `conditions.json`, replaced as a whole.
 *
 *     {"format": "harbinger-conditions", "version": 1, "open": [...], "pending": null, "check": 1}
 *
 * `pending` is an event that may not have been sent yet. `check` is the CRC-32 of both as JSON.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ConditionData } from '../contract/condition.ts';
import { checkEvent } from '../contract/events.ts';
import { type CheckedFormat, checkedText, problemOf, readChecked } from '../files/json/checked-file.ts';
import { replaceFile } from '../files/replace.ts';
import type { Log } from '../runtime/log.ts';
import { compileValidator } from '../runtime/validate.ts';
import type { KeptConditions, KeptState } from './open-conditions.ts';

const Kept = Type.Object({
  format: Type.Literal('harbinger-conditions'),
  version: Type.Literal(1),
  open: Type.Array(ConditionData),
  pending: Type.Union([
    Type.Null(),
    Type.Object({ event: Type.Unknown(), next: Type.Union([ConditionData, Type.Null()]) }),
  ]),
  check: Type.Integer(),
});
const validate = compileValidator(Kept);

const format: CheckedFormat<KeptState> = {
  format: 'harbinger-conditions',
  version: 1,
  validate: (value, problem) => stateOf(validate(value, problem)),
  covered: ['open', 'pending'],
};

/**
 * Keeps the open conditions in a file. Without one that can be read, what was open is ended, and what is still wrong is told again. A file that
 * must not be replaced stays as it is, and nothing is saved.
 */
export function keptInFile(path: string, log: Log): KeptConditions {
  let mayReplace = true;
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'CONDITIONS_DAMAGED', path, aside, problem },
          'the open conditions were damaged and set aside; what is still wrong is told again',
        );
      } else if (file.found !== 'no') {
        mayReplace = false;
        log.error(
          { code: 'CONDITIONS_UNREADABLE', path, problem: problemOf(file, format) },
          'the open conditions are left as they are; what is still wrong is told again, and again after each start',
        );
      }
      return { open: [], pending: null, isNew: true };
    },
    save: async (state) => {
      if (mayReplace) await replaceFile(path, checkedText(format, state), { mode: 0o600 });
    },
  };
}

function stateOf({ open, pending }: Static<typeof Kept>): KeptState {
  return { open, pending: pending && { event: checkEvent(pending.event), next: pending.next } };
}
