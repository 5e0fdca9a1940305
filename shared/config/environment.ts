import type { ConfigProblem } from './problem.ts';
import { keyOf, type SettingPath } from './sound-view.ts';
import { isTable } from './toml-files.ts';

/** A setting that uses a variable which is not set. */
export interface MissingVariable {
  path: SettingPath;
  problem: ConfigProblem;
}

/**
 * Returns a copy of a configuration with `${VAR}` and `${VAR:-default}` replaced in all its texts. @param missing gets
 * what could not be replaced
 */
export function substitute(
  value: unknown,
  env: NodeJS.ProcessEnv,
  path: SettingPath,
  missing: MissingVariable[],
): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
      (whole, name: string, fallback?: string) => {
        const found = env[name] ?? fallback;
        if (found !== undefined) return found;
        const key = keyOf(path);
        const message = `${key} uses \${${name}}, which is not set; set it or write \${${name}:-default}`;
        missing.push({ path, problem: { code: 'CONFIG_ENV_MISSING', key, message } });
        return whole;
      },
    );
  }
  const at = (name: string | number) => [...path, String(name)];
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, env, at(i), missing));
  if (!isTable(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    substitute(item, env, at(name), missing),
  ]);
  return Object.fromEntries(entries);
}
