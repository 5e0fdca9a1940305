/** Relative paths in a configuration file are taken from its folder, wherever the program was started. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { type ConfigProblem, doubtful } from '../problem.ts';
import { keyOf, type SettingPath } from '../sound-view.ts';
import { isTable, type Table } from '../toml-files.ts';

/** For schemas: the setting is the path of a file or folder. */
export const filePath = { minLength: 1, isPath: true };

/**
 * Makes the relative paths in `value` absolute, in place. What the command line gives, in `overrides`, stays relative to
 * the working folder. So does what is found there alone, with a warning: earlier versions looked only there, and no
 * gateway may start with another data folder because it was updated.
 * @param file the configuration file, whose folder paths are taken from
 */
export function resolvePaths(
  schema: TSchema,
  value: unknown,
  file: string,
  overrides: unknown,
): ConfigProblem[] {
  const folder = dirname(resolve(file));
  const warnings: ConfigProblem[] = [];
  const visit = (tableSchema: TSchema, table: Table, override: unknown, path: SettingPath) => {
    for (const [name, setting] of Object.entries(settingsOf(tableSchema, table))) {
      const [given, overriding] = [table[name], isTable(override) ? override[name] : undefined];
      const place = [...path, name];
      if (setting.isPath === true && typeof given === 'string' && given !== '' && overriding === undefined) {
        const { chosen, warning } = choose(keyOf(place), given, folder);
        table[name] = chosen;
        if (warning !== null) warnings.push(warning);
      } else if (Array.isArray(given) && setting.items) {
        for (const [i, item] of given.entries())
          if (isTable(item)) visit(setting.items, item, undefined, [...place, String(i)]);
      } else if (isTable(given)) visit(setting, given, overriding, place);
    }
  };
  if (isTable(value)) visit(schema, value, overrides, []);
  return warnings;
}

function choose(
  key: string,
  given: string,
  folder: string,
): { chosen: string; warning: ConfigProblem | null } {
  const [beside, here] = [resolve(folder, given), resolve(given)];
  if (beside === here || !existsSync(here)) return { chosen: beside, warning: null };
  if (existsSync(beside)) {
    const said = `${key}: ${given} is both beside this file and in the working folder; ${beside} is used, which earlier versions did not; write the whole path of the one that is meant`;
    return { chosen: beside, warning: doubtful(key, said) };
  }
  const said = `${key}: ${given} is not beside this file, in ${folder}, but in the working folder; ${here} is used; write this whole path, or the program finds it only when started there`;
  return { chosen: here, warning: doubtful(key, said) };
}

/** The settings of a table, those of the kind that it is of. */
function settingsOf(schema: TSchema, table: Table): Record<string, TSchema> {
  const tag: unknown = schema.discriminator?.propertyName;
  if (typeof tag !== 'string') return (schema.properties ?? {}) as Record<string, TSchema>;
  const kinds = (schema.oneOf ?? []) as TSchema[];
  const kind = kinds.find(({ properties }) => properties?.[tag]?.const === table[tag]);
  return (kind?.properties ?? {}) as Record<string, TSchema>;
}
