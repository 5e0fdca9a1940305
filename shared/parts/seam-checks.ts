/**
 * The checks of configured parts: everything that a part may find wrong is asked of every seam in the same way, so that
 * none of `check`, `checkFiles` and `listeners` is called for some kinds of parts only.
 */
import type { Listener } from '../config/listeners.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { eachSound } from '../config/sound-view.ts';
import type { AnyPart } from './part.ts';
import { type Configured, fileProblemsOf, listenersOf, problemsOf } from './registry.ts';

/** The checks of the parts of one seam, or of several, that a configuration has. */
export interface SeamChecks<C> {
  /** Problems that the schema cannot express. */
  problems(config: C): ConfigProblem[];
  /** Problems of the files that parts name. Reads them. */
  fileProblems(config: C): ConfigProblem[];
  /** The ports that parts will listen on, each read lazily. */
  listeners(config: C): (() => Listener)[];
}

/**
 * @param configuredIn finds the configured parts of the seam
 * @param contextOf what the parts' own checks may read of the remaining configuration
 */
export function seamChecks<C, Context = void>(
  parts: readonly AnyPart<never, unknown, Context>[],
  configuredIn: (config: C) => readonly Configured[],
  ...[contextOf]: Context extends void ? [] : [contextOf: (config: C) => Context]
): SeamChecks<C> {
  return {
    problems: (config) => {
      const context = (contextOf?.(config) ?? undefined) as Context;
      return problemsOf<Context>(parts, configuredIn(config), ...([context] as never));
    },
    fileProblems: (config) => fileProblemsOf(parts as readonly AnyPart[], configuredIn(config)),
    listeners: (config) => listenersOf(parts as readonly AnyPart[], configuredIn(config)),
  };
}

/** Returns the checks of all seams of a side together. */
export function allSeams<C>(seams: readonly SeamChecks<C>[]): SeamChecks<C> {
  return {
    problems: (config) => eachSound(seams, (seam) => seam.problems(config)),
    fileProblems: (config) => eachSound(seams, (seam) => seam.fileProblems(config)),
    listeners: (config) => eachSound(seams, (seam) => seam.listeners(config)),
  };
}
