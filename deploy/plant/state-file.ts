import { existsSync } from 'node:fs';
import { type Static, Type } from '@sinclair/typebox';
import { readRegularText } from '../../shared/files/read-regular.ts';
import { replaceFileSync } from '../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { MachineState } from './machine.ts';

const PlantState = Type.Object({
  version: Type.Literal(1),
  seed: Type.Integer(),
  /** Whether it was written at an orderly end, so that the sequence numbers are exact. */
  clean: Type.Boolean(),
  machines: Type.Array(
    Type.Object({
      machine: Type.String(),
      life: Type.Integer({ minimum: 0 }),
      cycle: Type.Integer({ minimum: 0 }),
      seq: Type.Integer({ minimum: 1 }),
    }),
  ),
});
type PlantState = Static<typeof PlantState>;

const validate = compileValidator(PlantState);
/**
 * After a crash the file is some seconds old. Sequence numbers must not be reused, so this many are skipped.
 */
const seqSkippedAfterCrash = 10_000;

/**
 * Loads the states of the machines of an earlier run with the same seed, by name. Returns an empty map if
 * there is no file or if it belongs to another plant. @throws HarbingerError PLANT_STATE
 */
export function loadState(file: string, seed: number): Map<string, MachineState> {
  if (!existsSync(file)) return new Map();
  const refuse = (problem: string) =>
    new HarbingerError('PLANT_STATE', 'cli', `${file}: ${problem}; delete it to start the plant anew`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readRegularText(file));
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const state = validate(parsed, refuse);
  if (state.seed !== seed) return new Map();
  const skip = state.clean ? 0 : seqSkippedAfterCrash;
  return new Map(state.machines.map((machine) => [machine.machine, { ...machine, seq: machine.seq + skip }]));
}

export function saveState(file: string, seed: number, machines: MachineState[], clean: boolean): void {
  const state: PlantState = { version: 1, seed, clean, machines };
  replaceFileSync(file, JSON.stringify(state));
}
