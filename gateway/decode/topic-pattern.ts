import { HarbingerError } from '../../shared/runtime/errors.ts';

/** The names that a pattern such as `telemetry/{site}/{machine}/{sensor}` finds in a topic. */
export interface TopicMatch {
  site?: string;
  machine?: string;
  sensor?: string;
}

const placeholders = ['site', 'machine', 'sensor'] as const;

/** Returns an MQTT filter of the topics that a pattern may match. */
export function filterOfPattern(pattern: string): string {
  return pattern.replace(/\{[^/]*\}/g, '+');
}

/**
 * Compiles a pattern of literal levels, `+` (any level, ignored) and `{site}`, `{machine}`, `{sensor}`.
 * @throws HarbingerError CONFIG_INVALID for another placeholder or wildcard
 */
export function compileTopicPattern(pattern: string): (topic: string) => TopicMatch | null {
  const levels = pattern.split('/').map((level) => {
    const name = /^\{(.*)\}$/.exec(level)?.[1];
    if (name === undefined && level !== '+' && /[+#{}]/.test(level))
      throw invalid(pattern, `'${level}' is neither a plain level nor +, {site}, {machine} or {sensor}`);
    if (name === undefined) return { literal: level === '+' ? null : level, name: null };
    const known = placeholders.find((candidate) => candidate === name);
    if (!known) throw invalid(pattern, `{${name}} is not one of {site}, {machine}, {sensor}`);
    return { literal: null, name: known };
  });
  return (topic) => {
    const parts = topic.split('/');
    if (parts.length !== levels.length) return null;
    const match: TopicMatch = {};
    for (let i = 0; i < levels.length; i++) {
      const { literal, name } = levels[i]!;
      if (literal !== null && literal !== parts[i]) return null;
      if (name !== null) match[name] = parts[i]!;
    }
    return match;
  };
}

function invalid(pattern: string, problem: string): HarbingerError {
  return new HarbingerError('CONFIG_INVALID', 'config', `routes: topic '${pattern}': ${problem}`);
}
