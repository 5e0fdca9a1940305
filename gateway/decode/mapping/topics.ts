import { type Bound, fits, type Level, levelOf } from './paths.ts';

/** A pattern of topics: `#` first stands for any levels before, and last for any behind. */
export interface TopicLevels {
  levels: readonly Level[];
  isOpenBefore: boolean;
  isOpenBehind: boolean;
  names: readonly string[];
}

/** @throws RangeError with what is wrong, as a sentence without a subject */
export function topicLevels(pattern: string): TopicLevels {
  const parts = pattern.split('/');
  const isOpenBefore = parts.length > 1 && parts[0] === '#';
  const isOpenBehind = parts.at(-1) === '#';
  const inner = parts.slice(isOpenBefore ? 1 : 0, isOpenBehind ? -1 : parts.length);
  if (inner.some((part) => part.includes('#')))
    throw new RangeError('has a # that is neither first nor last');
  const levels = inner.map((part) => levelOf(part === '+' ? '*' : part));
  const names = levels.flatMap(({ name }) => (name === null ? [] : [name]));
  return { levels, isOpenBefore, isOpenBehind, names: isOpenBehind ? [...names, '#'] : names };
}

/** Returns the names in a topic that fits; undefined for any other. */
export function namesInTopic(pattern: TopicLevels, topic: string): Bound | null | undefined {
  const parts = topic.split('/');
  const count = pattern.levels.length;
  if (parts.length < count) return undefined;
  if (!pattern.isOpenBefore) return isOpenTo(pattern, parts, 0);
  if (!pattern.isOpenBehind) return namesFrom(pattern, parts, parts.length - count);
  // The last fitting place, because prefixes are what users put before.
  for (let at = parts.length - count; at >= 0; at--) {
    const found = namesFrom(pattern, parts, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isOpenTo(pattern: TopicLevels, parts: readonly string[], at: number): Bound | null | undefined {
  if (!pattern.isOpenBehind && parts.length !== pattern.levels.length) return undefined;
  return namesFrom(pattern, parts, at);
}

function namesFrom(
  { levels, isOpenBehind }: TopicLevels,
  parts: readonly string[],
  from: number,
): Bound | null | undefined {
  let bound: Bound | null = null;
  for (const [i, level] of levels.entries()) {
    const part = parts[from + i]!;
    if (level.literal !== null) {
      if (level.literal !== part) return undefined;
      continue;
    }
    const text = fits(level, part);
    if (text === null) return undefined;
    if (level.name !== null) bound = { name: level.name, text, next: bound };
  }
  return isOpenBehind ? { name: '#', text: parts.slice(from + levels.length).join('_'), next: bound } : bound;
}
