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

/** Returns what is wrong with a pattern, as sentences without a subject. */
export function patternProblems(pattern: string): string[] {
  const ofLevels = pattern.split('/').map((level, i, { length }) => {
    if (level === '#' && i === length - 1) return null;
    const name = /^\{(.*)\}$/.exec(level)?.[1];
    const isKnown = placeholders.some((known) => known === name);
    if (isKnown || level === '+' || !/[+#{}]/.test(level)) return null;
    if (name !== undefined) return `has {${name}}, which is not one of {site}, {machine}, {sensor}`;
    return `has the level '${level}', which is neither a plain name nor +, {site}, {machine}, {sensor}, or # at the end`;
  });
  const isHidden = pattern.startsWith('$');
  return [
    ...ofLevels.filter((problem) => problem !== null),
    ...(isHidden ? ['begins with $, which MQTT keeps for brokers themselves'] : []),
  ];
}

/**
 * Compiles a pattern of literal levels, `+` (any level, ignored), `{site}`, `{machine}`, `{sensor}`, and `#` at the end, for any
 * further levels.
 * @throws HarbingerError CONFIG_INVALID for another placeholder or wildcard
 */
export function compileTopicPattern(pattern: string): (topic: string) => TopicMatch | null {
  const [problem] = patternProblems(pattern);
  if (problem !== undefined)
    throw new HarbingerError('CONFIG_INVALID', 'config', `routes: topic '${pattern}' ${problem}`);
  const isOpen = pattern === '#' || pattern.endsWith('/#');
  const levels = (isOpen ? pattern.split('/').slice(0, -1) : pattern.split('/')).map((level) => {
    const name = placeholders.find((known) => level === `{${known}}`);
    if (name !== undefined) return { literal: null, name };
    return { literal: level === '+' ? null : level, name: null };
  });
  return (topic) => {
    const parts = topic.split('/');
    if (isOpen ? parts.length < levels.length : parts.length !== levels.length) return null;
    const match: TopicMatch = {};
    for (let i = 0; i < levels.length; i++) {
      const { literal, name } = levels[i]!;
      if (literal !== null && literal !== parts[i]) return null;
      if (name !== null) match[name] = parts[i]!;
    }
    return match;
  };
}

/** Compiles an MQTT filter to a test of topics. @throws HarbingerError CONFIG_INVALID if it is none */
export function matcherOfFilter(filter: string): (topic: string) => boolean {
  const match = compileTopicPattern(filter);
  return (topic) => match(topic) !== null;
}
