import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ConfigProblem, invalid } from '../../../shared/config/problem.ts';
import { schemaProblems } from '../../../shared/config/schema/schema-problems.ts';
import { readDocument } from '../../../shared/config/toml-files.ts';
import { positionOf, tomlPositions } from '../../../shared/config/toml-positions.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { compileMapping } from './compile.ts';
import { Mapping } from './schema.ts';

export interface OwnMappings {
  mappings: Map<string, Mapping>;
  problems: ConfigProblem[];
  /** True if a mapping of this name may be in a file, or a folder, that has problems. */
  isBroken(name: string): boolean;
}

/** Reads every `*.toml` of a folder of mappings, each of which has the name of its file. */
export function readMappings(folder: string | undefined): OwnMappings {
  const mappings = new Map<string, Mapping>();
  const problems: ConfigProblem[] = [];
  const broken = new Set<string>();
  let paths: string[] = [];
  try {
    const names = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.toml'));
    paths = names.sort().map((name) => join(folder!, name));
  } catch (error) {
    const message = `mappingsDir names ${folder}: ${messageOf(error)}; it is a folder with a TOML file for each mapping`;
    problems.push(invalid('mappingsDir', message));
    return { mappings, problems, isBroken: () => true };
  }
  for (const path of paths) {
    const name = basename(path, '.toml');
    const found = problems.length;
    const document = readDocument(path, 'CONFIG_UNREADABLE', problems);
    if (document) {
      const positions = tomlPositions(document.text, path);
      for (const problem of tableProblems(document.table as Mapping, '')) {
        const { line } = positionOf(positions, problem.key);
        problems.push({ ...problem, key: '', file: path, ...(line !== undefined && { line }) });
      }
      mappings.set(name, document.table as Mapping);
    }
    if (problems.length > found) broken.add(name);
  }
  return { mappings, problems, isBroken: (name) => broken.has(name) };
}

/** Returns what is wrong with a mapping by itself. @param place its key in the configuration; empty for a file */
export function tableProblems(mapping: Mapping, place: string): ConfigProblem[] {
  const wrong = schemaProblems(Mapping, structuredClone(mapping)).map(({ unsound: _, ...problem }) => {
    const key = [place, problem.key].filter((part) => part !== '').join('.');
    return { ...problem, key, message: place === '' ? problem.message : `${place}: ${problem.message}` };
  });
  return wrong.length > 0 ? wrong : compileMapping(mapping, place).problems;
}
