/**
 * Lets checks that a schema cannot express run although the schema has found problems: everything is read from a view
 * in which a setting that is wrong already throws, and only the rule that reads it is skipped. So a rule cannot report
 * what merely follows from another problem, and no list of what each rule reads has to be kept.
 */
import type { ConfigProblem } from './problem.ts';

/** Where a setting is: the names of tables and the indices of lists that lead to it. */
export type SettingPath = readonly string[];

/** `broker`, `users`, `2`, `name` → `broker.users[2].name` */
export function keyOf(path: SettingPath): string {
  return path.map((name, i) => (/^\d+$/.test(name) ? `[${name}]` : i === 0 ? name : `.${name}`)).join('');
}

/** Signals that a rule has read a setting that has a problem already. */
class Unsound extends Error {}

/**
 * Returns a copy of a configuration in which reading any of `unsound` ends the rule that reads it. Missing
 * settings may be among them, for example a required one.
 */
export function soundView<T>(value: T, unsound: readonly SettingPath[]): T {
  const copy = structuredClone(value);
  for (const path of unsound) makeUnsound(copy, path);
  return copy;
}

function makeUnsound(root: unknown, path: SettingPath): void {
  let owner = root;
  for (const name of path.slice(0, -1)) {
    if (typeof owner !== 'object' || owner === null) return;
    const isUnsound = Object.getOwnPropertyDescriptor(owner, name)?.get !== undefined;
    if (isUnsound) return;
    owner = (owner as Record<string, unknown>)[name];
  }
  const last = path.at(-1);
  if (last === undefined || typeof owner !== 'object' || owner === null) return;
  Object.defineProperty(owner, last, {
    configurable: true,
    enumerable: true,
    get() {
      throw new Unsound();
    },
  });
}

/** Runs every rule and returns what they find. A rule that reads an unsound setting finds nothing. */
export function rules(...each: readonly (() => readonly ConfigProblem[])[]): ConfigProblem[] {
  return each.flatMap((rule) => soundly(rule));
}

/**
 * Calls `use` for each item of a list, except those that are unsound, and those for which it reads an unsound setting.
 * @returns what the calls return, in one list
 */
export function eachSound<T, R>(list: readonly T[], use: (item: T, index: number) => readonly R[]): R[] {
  return Array.from({ length: list.length }).flatMap((_, i) => soundly(() => use(list[i]!, i)));
}

function soundly<R>(work: () => readonly R[]): readonly R[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unsound) return [];
    throw error;
  }
}
