/** Finds the error codes in the product's source text, so that the catalogue can be checked against them. */
import { isCatalogue } from './error-catalogue.ts';
import type { Source } from './product-sources.ts';

export interface ThrownCode {
  code: string;
  /** `path:line` */
  place: string;
  /** Where the stage is written beside the code. */
  stage: string | null;
  /** The error is marked as retryable at this place. */
  retry: boolean;
  /** The code of an error is only compared with this one here; nothing is raised. */
  isCompared: boolean;
}

/** Names of the same look that other programs and libraries give: not ours to explain. */
const foreign =
  /^(ERR_SSL\w*|ERR_SCRIPT\w*|WS_ERR|LEVEL_\w+|RECURSIVE_CTE_NODE|ARRAY_CONSTRUCTOR|COLUMN_REF|TABLE_FUNCTION|DEP\d+)$/;
const codeText = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g;

/** A text of one word, such as `'GET'`, is a code only where an error is made with it. */
const isCode = (text: string, code: string, index: number) =>
  code.includes('_') ||
  /(?:new \w*Error\(\s*(?:\d+,\s*)?|\bsuper\(\s*)$/.test(text.slice(Math.max(0, index - 60), index));

/** Every code that is written in the sources, once for each place. */
export function thrownCodes(sources: readonly Source[]): ThrownCode[] {
  return sources.filter(({ path }) => !isCatalogue(path)).flatMap(codesOf);
}

/** Places where an error's code is put together from pieces, and so could not be found. */
export function builtCodes(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(/new H\w*Error\(\s*(\d+,\s*)?`/g)].map(({ index }) => `${path}:${lineAt(text, index)}`),
  );
}

function codesOf({ path, text }: Source): ThrownCode[] {
  const plain = withoutComments(text);
  return [...plain.matchAll(codeText)]
    .filter(({ 1: code, index }) => isCode(plain, code!, index) && !foreign.test(code!))
    .map(({ 1: code, index }) => ({
      code: code!,
      place: `${path}:${lineAt(text, index)}`,
      ...aroundOf(plain, index),
      isCompared: isComparison(plain, index, index + code!.length + 2),
    }));
}

function isComparison(text: string, from: number, to: number): boolean {
  return (
    /(?:[!=]==?|\bcase|\.(?:has|includes|startsWith)\()\s*$/.test(text.slice(Math.max(0, from - 40), from)) ||
    /^\s*[!=]==?/.test(text.slice(to, to + 20))
  );
}

/** Stage and retry of the error that the code at `index` belongs to, where they stand in one expression with it. */
function aroundOf(text: string, index: number): Pick<ThrownCode, 'stage' | 'retry'> {
  const constructed = /(?:new HarbingerError|super)\(\s*$/.exec(text.slice(0, index));
  if (constructed) {
    const call = text.slice(index, endOfCall(text, index));
    const stage = /^'[A-Z_0-9]+',\s*'([a-z-]+)'/.exec(call)?.[1] ?? null;
    return { stage, retry: /retry: true\b/.test(call) };
  }
  if (/new HttpError\(\s*\d+,\s*$/.test(text.slice(0, index))) return { stage: 'api', retry: false };
  const owner = /^'[A-Z_0-9]+', stage: '([a-z-]+)'(, retry: true)?/.exec(text.slice(index));
  return { stage: owner?.[1] ?? null, retry: owner?.[2] !== undefined };
}

function endOfCall(text: string, start: number): number {
  let depth = 1;
  let at = start;
  for (; at < text.length && depth > 0; at++) {
    if ('([{'.includes(text[at]!)) depth += 1;
    if (')]}'.includes(text[at]!)) depth -= 1;
  }
  return at;
}

/** Replaces comments by blanks of the same length, so that positions in the text stay valid. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
