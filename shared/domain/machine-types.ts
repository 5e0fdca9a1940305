import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ConfigProblem, invalid, refuse } from '../config/problem.ts';
import { schemaProblems } from '../config/schema/schema-problems.ts';
import { soundView } from '../config/sound-view.ts';
import { type Document, isTable, readDocument, type Table } from '../config/toml-files.ts';
import { positionOf, tomlPositions } from '../config/toml-positions.ts';
import { packageRoot } from '../files/paths.ts';
import { messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { MachineType } from './machine-type.ts';
import { withKindDefaults } from './sensor-kinds.ts';
import { typeProblems } from './type-problems.ts';
import { typesByClass } from './types-by-class.ts';

const validate = compileValidator(MachineType);

/** Folder of the built-in types. */
export const builtInTypesDir = join(packageRoot, 'shared', 'domain', 'types');

/** The folders of machine types: those of the product, then that of a site, if there is one. */
export function typeFolders({ machineTypesDir }: { machineTypesDir?: string | undefined }): string[] {
  return machineTypesDir === undefined ? [builtInTypesDir] : [builtInTypesDir, machineTypesDir];
}

const code = 'MACHINE_TYPE_INVALID';

function filesIn(folder: string, problems: ConfigProblem[]): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.toml'));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    const message = `machineTypesDir names ${folder}: ${messageOf(error)}; it is a folder with a TOML file for each type`;
    problems.push({ code, key: 'machineTypesDir', message });
    return [];
  }
}

/** Merges sensors: the base's in their order, with those declared again replaced, then the additional ones. */
function mergedSensors(base: unknown, own: unknown): unknown {
  if (!Array.isArray(base) || !Array.isArray(own)) return own ?? base;
  const nameOf = (sensor: unknown) => (isTable(sensor) ? sensor.name : undefined);
  const replaced = base.map((sensor) => own.find((other) => nameOf(other) === nameOf(sensor)) ?? sensor);
  return [...replaced, ...own.filter((sensor) => !base.some((other) => nameOf(other) === nameOf(sensor)))];
}

/**
 * Resolves `extends = "name"`: settings that the file lacks are taken from the type of that name, which must not extend
 * another.
 */
function extended(table: Table, tables: ReadonlyMap<unknown, Table>): Table | null {
  const { extends: name, ...own } = table;
  if (name === undefined) return own;
  const base = tables.get(name);
  if (!base || base.extends !== undefined) return null;
  return { ...base, ...own, sensors: mergedSensors(base.sensors, own.sensors) };
}

/** Converts a file to the type that it describes, or to its problems. */
function typeOf(
  document: Document,
  tables: ReadonlyMap<unknown, Table>,
): { type: MachineType } | { problems: ConfigProblem[] } {
  const { table } = document;
  const whole = extended(table, tables);
  if (whole === null) {
    const message = `it extends '${String(table.extends)}', which is not a machine type that extends no other`;
    return { problems: located(document, table, [invalid('extends', message)]) };
  }
  try {
    // Copied because the check fills in defaults, and the type that is extended may share its sensors.
    const type = validate(structuredClone(whole), (problem) => new NotAType(problem));
    const problems = typeProblems(type);
    return problems.length > 0 ? { problems: located(document, whole, problems) } : { type };
  } catch (error) {
    if (!(error instanceof NotAType)) throw error;
    const filled = structuredClone(whole);
    const wrong = schemaProblems(MachineType, filled);
    const view = soundView(
      filled,
      wrong.flatMap(({ unsound }) => unsound),
    );
    return { problems: located(document, whole, [...wrong, ...typeProblems(view as MachineType)]) };
  }
}

/** Adds file and line, in the order of the lines. @param whole the type with what it takes over from another one */
function located({ file, text, table }: Document, whole: Table, found: ConfigProblem[]): ConfigProblem[] {
  const positions = tomlPositions(text, file);
  // Merged sensors have other indices than in the file.
  const keyInFile = (key: string) =>
    key.replace(/^sensors\[(\d+)\]/, (_, i: string) => `sensors[${ownIndexOf(whole, Number(i), table)}]`);
  return found
    .map(({ key, message }): ConfigProblem => {
      const { line } = positionOf(positions, keyInFile(key));
      return { code, key: '', file, message, ...(line !== undefined && { line }) };
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** The index in the file of a sensor of the whole type; -1 if it is taken over. */
function ownIndexOf(whole: Table, index: number, own: Table): number {
  if (own.extends === undefined) return index;
  const sensor = Array.isArray(whole.sensors) ? whole.sensors[index] : undefined;
  return Array.isArray(own.sensors) ? own.sensors.indexOf(sensor) : -1;
}

/** Signals that the quick check has failed; the thorough check then finds every problem. */
class NotAType extends Error {}

/**
 * Reads every `*.toml` of the folders and returns all problems. A type replaces one of the same name in an earlier
 * folder.
 */
export function readMachineTypes(folders: string[]): {
  types: Map<string, MachineType>;
  problems: ConfigProblem[];
  /** True if a type of this name may exist in a file, or a folder, that has problems. */
  isBroken(name: string): boolean;
} {
  const problems: ConfigProblem[] = [];
  const paths = folders.flatMap((folder) => filesIn(folder, problems));
  const documents = paths
    .flatMap((path) => readDocument(path, code, problems) ?? [])
    .map((document) => ({ ...document, table: withKindDefaults(document.table) }));
  const tables = new Map(documents.map(({ table }) => [table.name, table]));
  const declared = new Map<string, MachineType>();
  const read = new Set(documents.map(({ file }) => file));
  // A file that is not TOML most likely holds the type that it is named after.
  const broken = new Set<unknown>(
    paths.filter((path) => !read.has(path)).map((path) => basename(path, '.toml')),
  );
  for (const document of documents) {
    const found = typeOf(document, tables);
    if ('type' in found) declared.set(found.type.name, found.type);
    else {
      problems.push(...found.problems);
      broken.add(document.table.name);
    }
  }
  const isFolderUnread = problems.some(({ key }) => key === 'machineTypesDir');
  return { types: withClasses(declared), problems, isBroken: (name) => isFolderUnread || broken.has(name) };
}

/** A type that is declared goes before the class of another one with its name. */
function withClasses(declared: ReadonlyMap<string, MachineType>): Map<string, MachineType> {
  const all = [...declared.values()].flatMap((type) =>
    typesByClass(type).filter(({ name }) => name === type.name || !declared.has(name)),
  );
  return new Map(all.map((type) => [type.name, type]));
}

/**
 * Loads every `*.toml` of the folders. A type replaces one of the same name in an earlier folder. @throws ConfigError
 * MACHINE_TYPE_INVALID naming every file or folder and its problems
 */
export function loadMachineTypes(folders: string[] = [builtInTypesDir]): Map<string, MachineType> {
  const { types, problems } = readMachineTypes(folders);
  refuse(problems);
  return types;
}
