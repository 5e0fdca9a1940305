import { plainName } from './names.ts';
import { type Bound, boundText, firstAt, isGroup, type PlainPath, plainPath } from './paths.ts';

/** A name made of texts, of levels that were found (`{phase}`), and of texts in the message (`{.device.id|.name}`). */
export interface Template {
  text: string;
  parts: readonly (string | { name: string } | { paths: readonly PlainPath[] })[];
  isInMessage: boolean;
}

/** @throws RangeError with what is wrong, as a sentence without a subject */
export function templateOf(text: string): Template {
  const parts = text.split(/(\{[^{}]*\})/).flatMap((part): Template['parts'] => {
    if (part === '') return [];
    if (!part.startsWith('{')) {
      if (/[{}]/.test(part)) throw new RangeError(`has a brace without its other one: '${text}'`);
      return [part];
    }
    const inner = part.slice(1, -1);
    if (inner.startsWith('.'))
      return [{ paths: inner.split('|').map((path) => plainPath(path.trim().slice(1))) }];
    if (inner !== '#' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(inner))
      throw new RangeError(
        `has {${inner}}: {name} is a level that was found, and {.path} a text in the message`,
      );
    return [{ name: inner }];
  });
  return { text, parts, isInMessage: parts.some((part) => typeof part === 'object' && 'paths' in part) };
}

/** The placeholders that must be found before. */
export function namesIn({ parts }: Template): string[] {
  return parts.flatMap((part) => (typeof part === 'object' && 'name' in part ? [part.name] : []));
}

/** Returns the name that a template makes; empty if what it consists of is missing. @param roots the item and its message */
export function nameFrom({ parts }: Template, bound: Bound | null, roots: readonly unknown[]): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else if ('name' in part) text += boundText(bound, part.name) ?? '';
    else {
      const found = firstAt(roots, part.paths);
      if (!isGroup(found) && found !== undefined) text += String(found);
    }
  }
  return plainName(text);
}
