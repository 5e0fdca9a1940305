import { type ConfigProblem, invalid } from './problem.ts';

/**
 * Returns the settings that differ between two configurations, by their keys: `broker.users`, `uplink.url`. Lists count as one
 * setting. Values are not among them, as they may be secrets.
 */
export function changedSettings(before: unknown, after: unknown, place = ''): string[] {
  if (!isTable(before) || !isTable(after))
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [place];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    changedSettings(before[key], after[key], place === '' ? key : `${place}.${key}`),
  );
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Table = Record<string, unknown>;

/** The value of a setting by its key, such as `uplink.url`. */
export function valueAt(table: object, setting: string): unknown {
  let at: unknown = table;
  for (const name of setting.split('.')) at = (at as Table | undefined)?.[name];
  return at;
}

/** Sets it in the table that the rooms read. A missing table is made. */
export function setAt(table: object, setting: string, value: unknown): void {
  const names = setting.split('.');
  let at = table as Table;
  for (const name of names.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Table;
  }
  if (value === undefined) delete at[names.at(-1)!];
  else at[names.at(-1)!] = value;
}

/**
 * Settings that nobody takes from a running process by a file on purpose, each with what it is where the file says nothing of it. A
 * file that is empty or cut off, as by a full disk or an editor that is just writing it, is sound and has none of them.
 */
export type EssentialSettings = Readonly<Record<string, unknown>>;

/** A problem for each essential setting that a process runs by and that its configuration has no more. */
export function lostSettings(before: object, after: object, essential: EssentialSettings): ConfigProblem[] {
  return Object.entries(essential)
    .filter(([setting, unsaid]) => {
      const isSaid = (config: object) => {
        const value = valueAt(config, setting);
        return !isEmpty(value) && JSON.stringify(value) !== JSON.stringify(unsaid);
      };
      return isSaid(before) && !isSaid(after);
    })
    .map(([setting]) =>
      invalid(
        setting,
        `${setting}: the process runs by it, and the configuration says nothing of it any more, as one that is empty or cut off; if that is meant, start the process again`,
      ),
    );
}

const isEmpty = (value: unknown) =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
