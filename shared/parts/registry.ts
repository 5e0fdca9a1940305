import { type AnyPart, nameOf } from './part.ts';

/** One configured part: which kind, its configuration as the kind's schema filled it, and where the file has it. */
export interface Configured {
  kind: string;
  config: object;
  /** E.g. `alerts.webhook 'maintenance'`. */
  place: string;
}

/** The part of this kind. @throws RangeError where validation should have refused the kind */
export function partOfKind<P extends AnyPart>(parts: readonly P[], kind: string): P {
  const found = parts.find((part) => part.kind === kind);
  if (!found) throw new RangeError(`no part of kind '${kind}' is registered`);
  return found;
}

/** All that `lists(parts)` has read, in the order of the registry. */
export function configuredLists(
  parts: readonly AnyPart[],
  table: Readonly<Record<string, readonly object[]>>,
  place: string,
): Configured[] {
  return parts.flatMap(({ kind }) =>
    (table[kind] ?? []).map((config) => ({ kind, config, place: placeOf(`${place}.${kind}`, config) })),
  );
}

/** Every problem that the parts' own checks find, each with its place in the file. */
export function problemsOf(parts: readonly AnyPart[], configured: readonly Configured[]): string[] {
  return configured.flatMap(({ kind, config, place }) => {
    const problems = partOfKind(parts, kind).check?.(config as never) ?? [];
    return problems.map((problem) => `${place}: ${problem}`);
  });
}

/** Creates one configured part of a seam. */
export async function createPart<Deps, Made>(
  parts: readonly AnyPart<Deps, Made>[],
  { kind, config }: Pick<Configured, 'kind' | 'config'>,
  deps: Deps,
): Promise<Made> {
  return await partOfKind(parts, kind).create(config as never, deps);
}

function placeOf(path: string, config: object): string {
  return 'name' in config && typeof config.name === 'string' ? `${path} '${config.name}'` : path;
}

/** @see nameOf; of a configured part. */
export function configuredName({ kind, config }: Pick<Configured, 'kind' | 'config'>): string {
  return nameOf(kind, 'name' in config && typeof config.name === 'string' ? config.name : undefined);
}
