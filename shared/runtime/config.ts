import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Static, TSchema } from '@sinclair/typebox';
import { parse } from 'smol-toml';
import { HarbingerError, messageOf } from './errors.ts';
import { compileValidator } from './validate.ts';

type Table = { [key: string]: unknown };

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Later values win; tables merge, everything else (lists too) is replaced. */
export function mergeTables(base: Table, over: Table): Table {
  const merged: Table = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const existing = merged[key];
    merged[key] = isTable(existing) && isTable(value) ? mergeTables(existing, value) : value;
  }
  return merged;
}

function substitute(value: unknown, env: NodeJS.ProcessEnv, place: string): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
      (_, name: string, fallback?: string) => {
        const found = env[name] ?? fallback;
        if (found === undefined) {
          throw new HarbingerError(
            'CONFIG_ENV_MISSING',
            'config',
            `${place} uses \${${name}}, which is not set; set it or write \${${name}:-default}`,
          );
        }
        return found;
      },
    );
  }
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, env, `${place}[${i}]`));
  if (isTable(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        substitute(item, env, place === '' ? key : `${place}.${key}`),
      ]),
    );
  }
  return value;
}

function readToml(path: string): Table {
  try {
    return parse(readFileSync(path, 'utf8')) as Table;
  } catch (error) {
    throw new HarbingerError('CONFIG_UNREADABLE', 'config', `config file ${path}: ${messageOf(error)}`);
  }
}

export interface ConfigSources {
  /** A TOML file. `FILE.d/*.toml` beside it (in order of name) are merged over it. */
  file?: string;
  /** What files win over. */
  defaults?: Table;
  /** From command-line options; wins over files. */
  overrides?: Table;
  env?: NodeJS.ProcessEnv;
}

/**
 * Reads, merges, substitutes `${VAR}` and `${VAR:-default}`, fills defaults and checks, before anything is opened.
 * @throws HarbingerError CONFIG_UNREADABLE, CONFIG_ENV_MISSING, CONFIG_INVALID (names file, place and what is expected)
 */
export function loadConfig<S extends TSchema>(schema: S, sources: ConfigSources): Static<S> {
  let table: Table = sources.defaults ?? {};
  if (sources.file !== undefined) {
    table = mergeTables(table, readToml(sources.file));
    const dropIns = `${sources.file}.d`;
    if (existsSync(dropIns)) {
      for (const name of readdirSync(dropIns).sort()) {
        if (extname(name) === '.toml') table = mergeTables(table, readToml(join(dropIns, name)));
      }
    }
  }
  table = mergeTables(table, sources.overrides ?? {});
  const substituted = substitute(table, sources.env ?? process.env, '');
  return compileValidator(schema)(
    substituted,
    (problem) =>
      new HarbingerError(
        'CONFIG_INVALID',
        'config',
        `config${sources.file ? ` ${sources.file}` : ''}: ${problem}`,
      ),
  );
}
