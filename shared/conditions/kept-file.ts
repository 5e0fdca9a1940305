import { readFile } from 'node:fs/promises';
import { type Static, Type } from '@sinclair/typebox';
import { ConditionData } from '../contract/condition.ts';
import { checkEvent } from '../contract/events.ts';
import { replaceFile } from '../files/replace.ts';
import { codeOf, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { compileValidator } from '../runtime/validate.ts';
import type { KeptConditions, KeptState } from './evaluator.ts';

const Kept = Type.Object({
  open: Type.Array(ConditionData),
  pending: Type.Union([
    Type.Null(),
    Type.Object({ event: Type.Unknown(), next: Type.Union([ConditionData, Type.Null()]) }),
  ]),
});
const checkKept = compileValidator(Kept);

/** Keeps the open conditions in a file. One that cannot be read counts as empty: what is still wrong is told again. */
export function keptInFile(path: string, log: Log): KeptConditions {
  return {
    async load() {
      try {
        return stateOf(checkKept(JSON.parse(await readFile(path, 'utf8')), (problem) => new Error(problem)));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT')
          log.warn({ path, problem: messageOf(error) }, 'the file of open conditions cannot be read');
        return { open: [], pending: null };
      }
    },
    save: (state) => replaceFile(path, JSON.stringify(state)),
  };
}

function stateOf({ open, pending }: Static<typeof Kept>): KeptState {
  return { open, pending: pending && { event: checkEvent(pending.event), next: pending.next } };
}
