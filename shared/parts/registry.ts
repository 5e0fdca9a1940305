import type { Listener } from '../config/listeners.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { eachSound } from '../config/sound-view.ts';
import { type AnyPart, nameOf } from './part.ts';

/** One configured part: its kind, its configuration with defaults, and its place in the file. */
export interface Configured {
  kind: string;
  config: object;
  /** E.g. `alerts.webhook[0]`. */
  place: string;
}

/** Returns the part of this kind. @throws RangeError if validation should have refused the kind */
export function partOfKind<P extends AnyPart>(parts: readonly P[], kind: string): P {
  const found = parts.find((part) => part.kind === kind);
  if (!found) throw new RangeError(`no part of kind '${kind}' is registered`);
  return found;
}

/** Returns all parts that a configuration of `lists(parts)` has, in the order of the registry. */
export function configuredLists(
  parts: readonly AnyPart[],
  table: Readonly<Record<string, readonly object[]>>,
  place: string,
): Configured[] {
  return eachSound(parts, ({ kind }) =>
    eachSound(table[kind] ?? [], (config, i) => [{ kind, config, place: `${place}.${kind}[${i}]` }]),
  );
}

/** Returns all parts that a configuration of `tables(parts)` has, in the order of the registry. */
export function configuredTables(
  parts: readonly AnyPart[],
  table: Readonly<Record<string, unknown>>,
  place = '',
): Configured[] {
  return eachSound(parts, ({ kind }) => {
    const config = table[kind];
    const isTable = typeof config === 'object' && config !== null;
    return isTable ? [{ kind, config, place: place === '' ? kind : `${place}.${kind}` }] : [];
  });
}

/** Returns all problems that the parts' own checks find. `context` is what these checks may read besides. */
export function problemsOf<Context = void>(
  parts: readonly AnyPart<never, unknown, Context>[],
  configured: readonly Configured[],
  ...[context]: Context extends void ? [] : [context: Context]
): ConfigProblem[] {
  return eachSound(
    configured,
    ({ kind, config, place }) =>
      partOfKind(parts, kind).check?.(config as never, place, context as Context) ?? [],
  );
}

/** Returns all problems of the files that the configuration names. Reads them. */
export function fileProblemsOf(
  parts: readonly AnyPart[],
  configured: readonly Configured[],
): ConfigProblem[] {
  return eachSound(
    configured,
    ({ kind, config, place }) => partOfKind(parts, kind).checkFiles?.(config as never, place) ?? [],
  );
}

/** Returns the ports that the parts will listen on. */
export function listenersOf(
  parts: readonly AnyPart[],
  configured: readonly Configured[],
): (() => Listener)[] {
  return eachSound(
    configured,
    ({ kind, config, place }) => partOfKind(parts, kind).listeners?.(config as never, place) ?? [],
  );
}

/** Creates one configured part of a seam. */
export async function createPart<Deps, Made>(
  parts: readonly AnyPart<Deps, Made>[],
  { kind, config }: Pick<Configured, 'kind' | 'config'>,
  deps: Deps,
): Promise<Made> {
  return await partOfKind(parts, kind).create(config as never, deps);
}

/** The name by which users address a configured part. @see nameOf */
export function configuredName({ kind, config }: Pick<Configured, 'kind' | 'config'>): string {
  return nameOf(kind, 'name' in config && typeof config.name === 'string' ? config.name : undefined);
}
