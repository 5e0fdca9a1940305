/**
 * Configuration (shared/config): reads a TOML file against a schema and reports every problem at once, with file and
 * line. It knows no setting: each room declares its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Static, TSchema } from '@sinclair/typebox';
import { parse, TomlError } from 'smol-toml';
import { codeOf, messageOf } from '../runtime/errors.ts';
import { type ConfigProblem, refuse } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { keyOf, rules, type SettingPath, soundView } from './sound-view.ts';
import { mergePositions, positionOf, positionsOf, tomlPositions } from './toml-positions.ts';

export type Table = { [key: string]: unknown };

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

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
  const documents = filesOf(sources.file).map((file) => readDocument(file, problems));
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
  if (problems.length === 0) return { config: value as Static<S>, problems };
  return { config: null, problems: located(problems, documents, overrides) };
}

/** @throws ConfigError with every problem that `readConfig` finds */
export function loadConfig<S extends TSchema>(
  schema: S,
  sources: ConfigSources,
  checks: readonly ConfigCheck<Static<S>>[] = [],
  prepare?: (table: Table) => Table,
): Static<S> {
  const { config, problems } = readConfig(schema, sources, checks, prepare);
  refuse(problems);
  return config as Static<S>;
}

interface Document {
  file: string;
  text: string;
  table: Table;
}

function filesOf(file: string | undefined): string[] {
  if (file === undefined) return [];
  const folder = `${file}.d`;
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return [file, ...names.filter((name) => extname(name) === '.toml').map((name) => join(folder, name))];
}

const readProblems: Record<string, string> = {
  ENOENT: 'there is no such file; correct its path',
  EISDIR: 'it is a folder; name the file in it',
  EACCES: 'this user may not read it; let the user that Harbinger runs as read it (chgrp, chmod 640)',
};

/** A file that cannot be read is a problem, and an empty document. */
function readDocument(file: string, problems: ConfigProblem[]): Document {
  try {
    const text = readFileSync(file, 'utf8');
    return { file, text, table: parse(text) as Table };
  } catch (error) {
    const line = error instanceof TomlError ? { line: error.line } : {};
    const [sentence] = messageOf(error).split('\n');
    const message = readProblems[codeOf(error) ?? ''] ?? sentence!;
    problems.push({ code: 'CONFIG_UNREADABLE', key: '', file, ...line, message });
    return { file, text: '', table: {} };
  }
}

interface MissingVariable {
  path: SettingPath;
  problem: ConfigProblem;
}

function substitute(
  value: unknown,
  env: NodeJS.ProcessEnv,
  path: SettingPath,
  missing: MissingVariable[],
): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
      (whole, name: string, fallback?: string) => {
        const found = env[name] ?? fallback;
        if (found !== undefined) return found;
        const key = keyOf(path);
        const message = `${key} uses \${${name}}, which is not set; set it or write \${${name}:-default}`;
        missing.push({ path, problem: { code: 'CONFIG_ENV_MISSING', key, message } });
        return whole;
      },
    );
  }
  const at = (name: string | number) => [...path, String(name)];
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, env, at(i), missing));
  if (!isTable(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    substitute(item, env, at(name), missing),
  ]);
  return Object.fromEntries(entries);
}

/** Adds the position of its setting to each problem, and sorts the problems by file and line. */
function located(problems: ConfigProblem[], documents: Document[], overrides: Table): ConfigProblem[] {
  const positions = [
    ...documents.map(({ file, text }) => tomlPositions(text, file)),
    positionsOf(overrides, 'command line'),
  ].reduce(mergePositions);
  const found = problems.map((problem): ConfigProblem => {
    if (problem.file !== undefined) return problem;
    const { from, line } = positionOf(positions, problem.key);
    return { ...problem, file: from, ...(line !== undefined && { line }) };
  });
  const order = (file = '') => [...documents.map((document) => document.file), file].indexOf(file);
  return found.sort((a, b) => order(a.file) - order(b.file) || (a.line ?? 0) - (b.line ?? 0));
}
