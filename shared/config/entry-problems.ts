/** Problems that entries of several lists can have: passwords, and values that must differ. */
import { parsePasswordHash } from '../security/passwords.ts';
import { type ConfigProblem, invalid, namedProblemsIn } from './problem.ts';
import { eachSound, rules } from './sound-view.ts';

/** Reports an entry with no password, with two, or with a malformed hash. @param key the entry, e.g. `gateways[0]` */
export function passwordProblems(
  entry: { password?: string; passwordHash?: string },
  key: string,
): ConfigProblem[] {
  const isBoth = `${key} has both password and passwordHash; keep one of them`;
  const isNone = `${key} has no password; set password, or passwordHash to what \`harbinger config hash-password\` prints`;
  return rules(
    () => {
      const { password, passwordHash } = entry;
      if (password === undefined && passwordHash === undefined) return [invalid(key, isNone)];
      const areBoth = password !== undefined && passwordHash !== undefined;
      return areBoth ? [invalid(`${key}.passwordHash`, isBoth)] : [];
    },
    () => {
      const { passwordHash } = entry;
      if (passwordHash === undefined) return [];
      return namedProblemsIn(`${key}.passwordHash`, () => parsePasswordHash(passwordHash));
    },
  );
}

/**
 * Reports every value that an earlier entry has too. @param keyOf the setting that must differ, e.g. `gateways[1].id`
 */
export function repeatedProblems<T>(
  entries: readonly T[],
  keyOf: (entry: T, index: number) => string,
  textOf: (entry: T) => string,
): ConfigProblem[] {
  const keys = new Map<string, string>();
  return eachSound(entries, (entry, i) => {
    const key = keyOf(entry, i);
    const value = textOf(entry);
    const earlier = keys.get(value);
    if (earlier !== undefined)
      return [invalid(key, `${key}: '${value}' is taken by ${earlier}; choose another`)];
    keys.set(value, key);
    return [];
  });
}
