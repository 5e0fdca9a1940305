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

/** What a TOML file says, before it is known to be a machine type. */
type Document = Record<string, unknown>;

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(path: string, problem: string): HarbingerError {
  return new HarbingerError('MACHINE_TYPE_INVALID', 'config', `machine type file ${path}: ${problem}`);
}

function readDocument(path: string): Document {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refusal(path, messageOf(error));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new HarbingerError(
      'MACHINE_TYPE_INVALID',
      'config',
      `machineTypesDir names ${folder}: ${messageOf(error)}; it is a folder with a TOML file for each type`,
    );
  }
}

/** The base's sensors in their order, those that are declared again replaced, further ones added. */
function mergedSensors(base: unknown, own: unknown): unknown {
  if (!Array.isArray(base) || !Array.isArray(own)) return own ?? base;
  const nameOf = (sensor: unknown) => (isDocument(sensor) ? sensor.name : undefined);
  const replaced = base.map((sensor) => own.find((other) => nameOf(other) === nameOf(sensor)) ?? sensor);
  return [...replaced, ...own.filter((sensor) => !base.some((other) => nameOf(other) === nameOf(sensor)))];
}

/** `extends = "name"`: all that the file does not say itself is as in the type of that name, which must not extend another. */
function extended(path: string, document: Document, documents: ReadonlyMap<unknown, Document>): Document {
  const { extends: name, ...own } = document;
  if (name === undefined) return own;
  const base = documents.get(name);
  if (!base || base.extends !== undefined) {
    throw refusal(path, `it extends '${String(name)}', which is no machine type that stands for itself`);
  }
  return { ...base, ...own, sensors: mergedSensors(base.sensors, own.sensors) };
}

function checked(path: string, document: Document): MachineType {
  const refuse = (problem: string) => refusal(path, problem);
  const type = validate(document, refuse);
  const problems = problemsOf(type);
  if (problems.length > 0) throw refuse(problems.join('; '));
  return type;
}

/**
 * Loads every `*.toml` of the folders, later folders replacing types of the same name.
 * @throws HarbingerError MACHINE_TYPE_INVALID naming the file or folder and the problem
 */
export function loadMachineTypes(folders: string[] = [builtInTypesDir]): Map<string, MachineType> {
  const files = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => name.endsWith('.toml'))
      .sort()
      .map((name) => join(folder, name)),
  );
  const read = files.map((path) => ({ path, document: readDocument(path) }));
  const documents = new Map(read.map(({ document }) => [document.name, document]));
  const types = new Map<string, MachineType>();
  for (const { path, document } of read) {
    // Copied: the check fills in defaults, and sensors may be shared with the type that is extended.
    const type = checked(path, structuredClone(extended(path, document, documents)));
    types.set(type.name, type);
  }
  return types;
}
