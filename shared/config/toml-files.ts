/** Reads TOML files: a configuration with its drop-ins, and machine types. */
import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { readProblem } from '../files/read-problem.ts';
import { readRegularText } from '../files/read-regular.ts';
import { codeOf, messageOf } from '../runtime/errors.ts';
import type { ConfigProblem } from './problem.ts';

export type Table = { [key: string]: unknown };

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export interface Document {
  file: string;
  text: string;
  table: Table;
}

/**
 * Returns a file and its drop-ins, `FILE.d/*.toml`, in the order in which they are merged; adds a problem with `code` if
 * the folder of these cannot be read.
 */
export function filesOf(file: string | undefined, code: string, problems: ConfigProblem[]): string[] {
  if (file === undefined) return [];
  const folder = `${file}.d`;
  let names: string[] = [];
  try {
    names = existsSync(folder) ? readdirSync(folder).sort() : [];
  } catch (error) {
    const isFile = codeOf(error) === 'ENOTDIR';
    const message = isFile
      ? 'this is a file, and drop-ins are files in a folder of that name: remove or rename it'
      : readProblem(error);
    problems.push({ code, key: '', file: folder, message });
  }
  return [file, ...names.filter((name) => extname(name) === '.toml').map((name) => join(folder, name))];
}

/** Reads a file; if that fails, adds a problem with `code` and returns null. */
export function readDocument(file: string, code: string, problems: ConfigProblem[]): Document | null {
  try {
    const text = readRegularText(file);
    return { file, text, table: parse(text) };
  } catch (error) {
    const isSyntax = error instanceof TomlError;
    const message = isSyntax ? messageOf(error).split('\n')[0]! : readProblem(error);
    problems.push({ code, key: '', file, ...(isSyntax && { line: error.line }), message });
    return null;
  }
}
