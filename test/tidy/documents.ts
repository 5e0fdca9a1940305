/** The Markdown files of the product: their links, their headings, and the commands that they show. */
import { join, normalize } from 'node:path';
import { files, folderOf, textOf } from './tree.ts';

export const documents: readonly string[] = files.filter((path) => path.endsWith('.md'));

export interface Link {
  path: string;
  target: string;
}

/** A command line in a code block or in inline code. `isWhole`: the reader is expected to type it as shown. */
export interface ShownCommand {
  path: string;
  line: string;
  isWhole: boolean;
}

/** Links and images to local files, from every document. */
export function localLinks(): Link[] {
  return documents.flatMap((path) =>
    [...withoutCode(textOf(path)).matchAll(/\]\(\s*([^)\s]+)\s*\)/g)]
      .map((match) => ({ path, target: match[1]! }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
}

/** Why a link is broken; null if it is valid. */
export function brokenLink({ path, target }: Link): string | null {
  const [file = '', anchor] = target.split('#');
  const found = file === '' ? path : normalize(join(folderOf(path), file)).replace(/\/$/, '');
  if (!files.includes(found) && !files.some((each) => each.startsWith(`${found}/`))) return 'no such file';
  if (anchor === undefined) return null;
  return anchorsOf(textOf(found)).has(anchor) ? null : 'no such heading';
}

/** The `harbinger …` commands of the documents, without `npm run harbinger --`, comments and backslashes. */
export function shownCommands(): ShownCommand[] {
  return documents.flatMap((path) => {
    const text = textOf(path);
    const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].flatMap((match) =>
      match[1]!.replace(/\\\n/g, ' ').split('\n'),
    );
    const inline = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
    return [
      ...blocks.flatMap((line) => commandIn(path, line, true)),
      ...inline.flatMap((line) => commandIn(path, line, false)),
    ];
  });
}

function commandIn(path: string, line: string, isBlock: boolean): ShownCommand[] {
  const match = /^\s*(npm run harbinger -- |harbinger )(.*)$/.exec(line.replace(/\s#\s.*$/, ''));
  if (!match) return [];
  return [{ path, line: match[2]!.trim(), isWhole: isBlock || match[1]!.startsWith('npm') }];
}

/** Anchors like those of GitHub: lower case, no punctuation, spaces as hyphens, repeated ones numbered. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const match of withoutBlocks(text).matchAll(/^#+\s+(.*)$/gm)) {
    const plain = match[1]!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '');
    const slug = plain.trim().replaceAll(' ', '-');
    let unique = slug;
    for (let n = 1; anchors.has(unique); n++) unique = `${slug}-${n}`;
    anchors.add(unique);
  }
  return anchors;
}

const withoutBlocks = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');
const withoutCode = (text: string) => withoutBlocks(text).replace(/`[^`\n]*`/g, '');
