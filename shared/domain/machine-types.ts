import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { packageRoot } from '../runtime/paths.ts';
import { compileValidator } from '../runtime/validate.ts';
import { MachineType, problemsOf } from './machine-type.ts';

const validate = compileValidator(MachineType);

/** The types that come with the product. */
export const builtInTypesDir = join(packageRoot, 'shared', 'domain', 'types');

function loadFile(path: string): MachineType {
  const refuse = (problem: string) =>
    new HarbingerError('MACHINE_TYPE_INVALID', 'config', `machine type file ${path}: ${problem}`);
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const type = validate(document, refuse);
  const problems = problemsOf(type);
  if (problems.length > 0) throw refuse(problems.join('; '));
  return type;
}

/**
 * Loads every `*.toml` of the folders, later folders replacing types of the same name.
 * @throws HarbingerError MACHINE_TYPE_INVALID naming the file and the problem
 */
export function loadMachineTypes(folders: string[] = [builtInTypesDir]): Map<string, MachineType> {
  const types = new Map<string, MachineType>();
  for (const folder of folders) {
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.toml'))
      .sort()) {
      const type = loadFile(join(folder, file));
      types.set(type.name, type);
    }
  }
  return types;
}
