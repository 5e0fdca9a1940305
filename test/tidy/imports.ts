/** The graph of relative imports, type-only ones included. */
import { join, normalize } from 'node:path';
import { folderOf, type Source, sources } from './tree.ts';

export interface Edge {
  from: string;
  to: string;
}

const known = new Set(sources.map(({ path }) => path));
const specifier = /\b(?:from|import)\s*\(?\s*['"](\.[^'"\n]+)['"]/g;

/** Paths of files that `source` imports, relative to the root. */
export function importsOf({ path, text }: Source): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const targets = [...code.matchAll(specifier)].map((match) => normalize(join(folderOf(path), match[1]!)));
  return [...new Set(targets)];
}

export const edges: readonly Edge[] = sources.flatMap((source) =>
  importsOf(source).map((to) => ({ from: source.path, to })),
);

/** An import of a missing source file is a matter for the compiler; a style sheet or a JSON file is not a source. */
export const edgesBetweenSources: readonly Edge[] = edges.filter(({ to }) => known.has(to));

/** An import or export from elsewhere that is neither type-only nor lazy, so that loading the file loads its target. */
const eager = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

/** Packages that loading `path` loads, Node's own apart: what it imports eagerly, and what that imports, and so on. */
export function packagesLoadedBy(path: string): Set<string> {
  const texts = new Map(sources.map((source) => [source.path, source.text]));
  const loaded = new Set([path]);
  const packages = new Set<string>();
  for (const file of loaded) {
    for (const [, target] of (texts.get(file) ?? '').matchAll(eager)) {
      if (target!.startsWith('.')) loaded.add(normalize(join(folderOf(file), target!)));
      else if (!target!.startsWith('node:')) packages.add(target!);
    }
  }
  return packages;
}
