/**
 * Plug-in parts (shared/parts): payload formats, sources, notifiers, stores, jobs, decisions. A part is one folder; one line in
 * the registry of its kind adds it. Composition, configuration check, status, metrics and the generated references
 * loop over the registries, so that nothing else changes when a part is added. `shared/docs/0009-parts.md` gives the
 * reasons.
 */
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { Listener } from '../config/listeners.ts';
import type { ConfigProblem } from '../config/problem.ts';
import type { StatisticDeclarations } from './statistics.ts';

/**
 * The interface of a part to its registry. `Deps` are what `create` needs, and `Made` is the running object; both are
 * defined with the interface of the kind, as is `Context`, the parts of the remaining configuration that a check may
 * read. `part.ts` of a folder must stay light: `create` imports the implementation lazily, so that `config check`,
 * `--help` and the references load no broker, database or protocol library.
 */
export interface Part<K extends string, C extends TObject, Deps, Made, Context = void> {
  /** The key in the configuration file, and the first half of the name `kind/name`. */
  readonly kind: K;
  /** One sentence for the generated reference. */
  readonly about: string;
  /** Every key with its description; defaults where there is a sensible one. */
  readonly config: C;
  /** Metrics that a running part reports. */
  readonly statistics?: StatisticDeclarations;
  /** Schema of the stable part of what a running part shows in `/api/status`, for the description of the API. */
  readonly status?: TSchema;
  /**
   * Returns all problems that the schema cannot express, by `rules` (shared/config/sound-view.ts), because it also runs
   * on a configuration in which the schema has found problems. @param place where the table is, e.g. `alerts.email[0]`
   */
  check?(config: Static<C>, place: string, context: Context): ConfigProblem[];
  /** The ports that it will listen on, each read lazily, as its settings may be wrong. */
  listeners?(config: Static<C>, place: string): (() => Listener)[];
  /** Reads the files that the configuration names, such as certificates. */
  checkFiles?(config: Static<C>, place: string): ConfigProblem[];
  create(config: Static<C>, deps: Deps): Made | Promise<Made>;
}

/** Any part of a kind, whatever its configuration. Method syntax in `Part` makes parts assignable to it. */
export type AnyPart<Deps = never, Made = unknown, Context = never> = Part<
  string,
  TObject,
  Deps,
  Made,
  Context
>;

/** Fixes the `Deps`, `Made` and `Context` of a kind of parts; the rest is inferred from the part. */
export const partOf =
  <Deps, Made, Context = void>() =>
  <const K extends string, C extends TObject>(
    part: Part<K, C, Deps, Made, Context>,
  ): Part<K, C, Deps, Made, Context> =>
    part;

/** The name by which users address a running part: `kind`, or `kind/name` if there can be several. */
export function nameOf(kind: string, name?: string): string {
  return name === undefined ? kind : `${kind}/${name}`;
}
