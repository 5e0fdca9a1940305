/**
 * Configuration (shared/config): reads a TOML file against a schema and reports every problem at once, with file and
 * line. It knows no setting: each room declares its own.
 */
import type { Static, TSchema } from '@sinclair/typebox';
import { type MissingVariable, substitute } from './environment.ts';
import type { ConfigProblem } from './problem.ts';
import { schemaProblems } from './schema/schema-problems.ts';
import { rules, soundView } from './sound-view.ts';
import { type Document, filesOf, isTable, readDocument, type Table } from './toml-files.ts';
import { exactPositionOf, mergePositions, positionOf, positionsOf, tomlPositions } from './toml-positions.ts';

/** Merges tables recursively; any other value of `over`, including a list, replaces that of `base`. */
export function mergeTables(base: Table, over: Table): Table {
  const merged: Table = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const existing = merged[key];
    merged[key] = isTable(existing) && isTable(value) ? mergeTables(existing, value) : value;
  }
  return merged;
}

export interface ConfigSources {
  /** A TOML file. `FILE.d/*.toml` beside it (in order of name) are merged over it. */
  file?: string;
  /** Values that files override. */
  defaults?: Table;
  /** From command-line options; they override files. */
  overrides?: Table;
  env?: NodeJS.ProcessEnv;
}

/**
 * A check that the schema cannot express. It also runs where the schema has found problems, on a view in which their
 * settings cannot be read: it consists of `rules`, and goes through lists with `eachSound` (sound-view.ts).
 */
export type ConfigCheck<C> = (config: C) => ConfigProblem[];

export interface ReadConfig<C> {
  /** With defaults filled in; null if there are problems. */
  config: C | null;
  /** All problems, ordered by file and line. */
  problems: ConfigProblem[];
  /** Settings that can be used and probably do not do what is meant, in the same order. */
  warnings: ConfigProblem[];
}

/**
 * Reads, merges, substitutes `${VAR}` and `${VAR:-default}`, fills in defaults and checks, before anything is opened.
 * The problems have the codes CONFIG_UNREADABLE (also for text that is not TOML), CONFIG_ENV_MISSING, CONFIG_INVALID,
 * and those of `checks`. `prepare` writes out short forms that earlier versions took, before the schema is looked at.
 */
export function readConfig<S extends TSchema>(
  schema: S,
  sources: ConfigSources,
  checks: readonly ConfigCheck<Static<S>>[] = [],
  prepare: (table: Table) => Table = (table) => table,
): ReadConfig<Static<S>> {
  const problems: ConfigProblem[] = [];
  const files = filesOf(sources.file, 'CONFIG_UNREADABLE', problems);
  const documents = files.flatMap((file) => readDocument(file, 'CONFIG_UNREADABLE', problems) ?? []);
  const overrides = sources.overrides ?? {};
  const merged = [...documents.map(({ table }) => table), overrides].reduce(
    mergeTables,
    sources.defaults ?? {},
  );
  const isIncomplete = problems.length > 0;

  const missing: MissingVariable[] = [];
  const value = prepare(substitute(merged, sources.env ?? process.env, [], missing) as Table);
  // A value that a missing variable should have supplied, or that an unreadable file may hold, is not reported again.
  const isKnown = ({ key }: ConfigProblem) => missing.some(({ problem }) => problem.key === key);
  const wrong = schemaProblems(schema, value, isIncomplete).filter((problem) => !isKnown(problem));
  problems.push(...missing.map(({ problem }) => problem));
  problems.push(...wrong.map(({ unsound: _, ...problem }) => problem));
  const unsound = [...missing.map(({ path }) => path), ...wrong.flatMap((problem) => problem.unsound)];

  // A file that could not be read may hold what a check would miss.
  if (!isIncomplete) {
    const view = soundView(value as Static<S>, unsound);
    problems.push(...rules(...checks.map((check) => () => check(view))));
  }
  const found = located(problems, files, documents, overrides);
  const config = problems.every(({ isWarning }) => isWarning) ? (value as Static<S>) : null;
  return {
    config,
    problems: found.filter(({ isWarning }) => !isWarning),
    warnings: found.filter(({ isWarning }) => isWarning),
  };
}

const commandLine = 'command line';

/** Adds the position of its setting to each problem, and sorts the problems by file and line. */
function located(
  problems: ConfigProblem[],
  files: readonly string[],
  documents: readonly Document[],
  overrides: Table,
): ConfigProblem[] {
  const positions = [
    ...documents.map(({ file, text }) => tomlPositions(text, file)),
    positionsOf(overrides, commandLine),
  ].reduce(mergePositions);
  const found = problems.map(({ otherKey, ...problem }): ConfigProblem => {
    if (problem.file !== undefined) return problem;
    const keys = [problem.key, ...(otherKey === undefined ? [] : [otherKey])];
    const exact = keys.map((key) => exactPositionOf(positions, key)).find((place) => place !== undefined);
    const { from, line } = exact ?? positionOf(positions, problem.key);
    // Without a file, a default has no place.
    if (exact === undefined && from === commandLine) return problem;
    return { ...problem, file: from, ...(line !== undefined && { line }) };
  });
  const order = (file = '') => [...files, file].indexOf(file);
  return found.sort((a, b) => order(a.file) - order(b.file) || (a.line ?? 0) - (b.line ?? 0));
}
