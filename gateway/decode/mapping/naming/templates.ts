/**
 * Naming (gateway/decode/mapping/naming): from texts of topics and messages to names of machines and sensors, and what keeps two
 * devices from having one name. Here: the texts that a mapping describes.
 */
import { type Bound, boundText, firstAt, isGroup, type PlainPath, plainPath } from '../paths.ts';
import { plainName } from './plain-name.ts';

/** All texts and numbers of a group, but for those of some names. */
interface GroupPart {
  group: PlainPath;
  without: ReadonlySet<string>;
}

/**
 * A name made of texts, of levels that were found (`{phase}`), of texts in the message (`{.device.id|.name}`), and of all texts in a
 * group but for some (`{.tags.* -host}`), each with `_` before it.
 */
export interface Template {
  text: string;
  parts: readonly (string | { name: string } | { paths: readonly PlainPath[] } | GroupPart)[];
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
    const group = /^\.(.+)\.\*((?:\s+-\S+)*)$/.exec(inner);
    if (group) {
      const without = new Set(group[2]!.split(/\s+-/).slice(1));
      return [{ group: plainPath(group[1]!), without }];
    }
    if (inner.startsWith('.'))
      return [{ paths: inner.split('|').map((path) => plainPath(path.trim().slice(1))) }];
    if (inner !== '#' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(inner))
      throw new RangeError(
        `has {${inner}}: {name} is a level that was found, and {.path} a text in the message`,
      );
    return [{ name: inner }];
  });
  return { text, parts, isInMessage: parts.some((part) => typeof part === 'object' && !('name' in part)) };
}

/** The placeholders that must be found before. */
export function namesIn({ parts }: Template): string[] {
  return parts.flatMap((part) => (typeof part === 'object' && 'name' in part ? [part.name] : []));
}

/**
 * Returns the text of the first template of which all parts are there, otherwise what there is of the last; empty if it is
 * nothing. @param roots the item and its message
 */
export function textFrom(
  templates: readonly Template[],
  bound: Bound | null,
  roots: readonly unknown[],
): string {
  let text = '';
  for (const { parts } of templates) {
    let isWhole = true;
    text = '';
    for (const part of parts) {
      const found = partText(part, bound, roots);
      if (found === undefined) isWhole = false;
      else text += found;
    }
    if (isWhole && text !== '') return text;
  }
  return text;
}

/** Returns the name that a template makes; empty if what it consists of is missing. */
export function nameFrom(template: Template, bound: Bound | null, roots: readonly unknown[]): string {
  return plainName(textFrom([template], bound, roots));
}

function partText(
  part: Template['parts'][number],
  bound: Bound | null,
  roots: readonly unknown[],
): string | undefined {
  if (typeof part === 'string') return part;
  if ('name' in part) return boundText(bound, part.name);
  if ('group' in part) return groupText(part, roots);
  const found = firstAt(roots, part.paths);
  return isGroup(found) || found === undefined ? undefined : String(found);
}

/** In the order of their names, which is not always that in which they come. */
function groupText({ group, without }: GroupPart, roots: readonly unknown[]): string {
  const found = firstAt(roots, [group]);
  if (!isGroup(found)) return '';
  let text = '';
  for (const name of Object.keys(found).sort()) {
    const value = found[name];
    if (!without.has(name) && (typeof value === 'string' || typeof value === 'number'))
      text += `_${String(value).slice(0, 64)}`;
  }
  return text;
}
