/**
 * The file in which it survives a restart which machines are heard, and how often: `hearings.json`, replaced as a whole.
 * JSON, about a hundred bytes a machine:
 *
 *     {"format": "harbinger-hearings", "version": 1, "machines": [...], "check": 1}
 *
 * It is written some seconds after a machine has become known, else as seldom as baselines, and at a stop. What it lacks
 * after a kill is learnt again; what is told of silence does not depend on it, but on the open alerts. `check` is the
 * CRC-32 of the machines as JSON. Files of earlier builds do not say whether a machine was at rest. A file that is damaged, or of a newer version, is set aside or left, and logged.
 */
import { Type } from '@sinclair/typebox';
import {
  type CheckedFormat,
  checkedListText,
  problemOf,
  readChecked,
} from '../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../shared/files/replace.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { SavedHearing } from './hearing.ts';

/** Machines that are written in one turn of the event loop. */
const turnMachines = 1_000;

const withoutRest = [
  ...[Type.String(), Type.String(), Type.String(), Type.Number(), Type.Number(), Type.Boolean()],
  Type.Array(Type.Number({ minimum: 0 })),
] as const;
const validate = compileValidator(
  Type.Object({
    format: Type.Literal('harbinger-hearings'),
    version: Type.Integer(),
    machines: Type.Array(
      Type.Union([Type.Tuple([...withoutRest, Type.Boolean()]), Type.Tuple([...withoutRest])]),
    ),
    check: Type.Integer(),
  }),
);

const format: CheckedFormat<{ machines: SavedHearing[] }> = {
  format: 'harbinger-hearings',
  version: 1,
  validate: (value, problem) => ({
    machines: validate(value, problem).machines.map((saved) =>
      saved.length === 8 ? saved : [...saved, false],
    ),
  }),
  covered: ({ machines }) => machines,
};

export interface HearingsFile {
  /** Returns what was saved; null if there is something that must not be replaced. Never throws. */
  load(): SavedHearing[] | null;
  /** @throws the system's error */
  save(machines: Iterable<SavedHearing>): Promise<void>;
}

export function hearingsFile(path: string, log: Log): HearingsFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content.machines;
      if (file.found === 'no') return [];
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'HEARINGS_DAMAGED', path, aside, problem },
          'the rhythms of machines were damaged and set aside, and are learnt again',
        );
        return [];
      }
      const problem = problemOf(file, format);
      log.error(
        { code: 'HEARINGS_UNREADABLE', path, problem },
        'the rhythms of machines are left as they are and learnt again; nothing is written until the next start',
      );
      return null;
    },
    async save(machines) {
      const items = texts(machines);
      // The folder is not synced: what is in the old file is nearly as good.
      await replaceFile(path, await checkedListText(format, 'machines', items, turnMachines), {
        mode: 0o600,
        syncFolder: false,
      });
    },
  };
}

function* texts(machines: Iterable<SavedHearing>): Iterable<string> {
  for (const machine of machines) yield JSON.stringify(machine);
}
