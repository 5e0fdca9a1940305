/** Comments say what a thing is or does; they, texts and documents are in plain technical English. */
import { expect, it } from 'vitest';
import { files, sources, textOf } from './tree.ts';

/** A relative clause without its noun, or a genitive: "What happens to …", "Of the latest …". */
const riddle = /^[ \t]*\/\*\*\s*(?:\*\s*)?(?:What|Of|Who|Whom|Whose|Such|Those)\b[^\n]*/gm;

/** Idioms that a reader must translate first, each with the plain form. */
const idioms: readonly [idiom: RegExp, plain: string][] = [
  [/(?<![Tt]here )\b(?:is|are|was|were) no (?!longer\b|more\b)\w+/g, 'is not a …'],
  [/\bthat there (?:is|are|was|were) not\b/g, 'that does not exist'],
  [/\bof (?:which|whom) there (?:is|are|was|were)\b/g, 'that … has'],
  [/\b(?:is|are|was|were|be|been) (?:not )?said\b(?! to\b)/g, 'is reported'],
  [/\b(?:is|are|was|were) told to (?:the|an?)\b/g, 'is reported to'],
  [/\b(?:is|are|was|were) of no\b/g, 'has no'],
  [/(?<![Tt]here )\b(?:is|are|was|were) none (?:that|of)\b/g, 'is not one of'],
  [/\b(?:that|which) (?:is|are|was|were) not there\b/g, 'is missing; does not exist'],
  [/\b[Ww]hat(?:ever)? (?:becomes|became|has become) of\b/g, 'what happens to'],
];

const riddlesIn = (text: string) => text.match(riddle) ?? [];

/** Lines of one comment are read as one text. */
const idiomsIn = (text: string) => {
  const joined = text.replace(/\n\s*(?:\*|\/\/)?\s*/g, ' ');
  return idioms.flatMap(([idiom, plain]) =>
    (joined.match(idiom) ?? []).map((found) => `"${found}": ${plain}`),
  );
};

it('comments begin with a noun or a verb', () => {
  const found = sources.flatMap(({ path, text }) => riddlesIn(text).map((comment) => `${path}: ${comment}`));
  expect(found).toEqual([]);
});

it('comments, texts, test titles and documents contain none of the idioms', () => {
  const read = files.filter(
    (path) => /\.(?:tsx?|mjs|md|toml)$/.test(path) && !path.endsWith('comments.test.ts'),
  );
  expect(read.flatMap((path) => idiomsIn(textOf(path)).map((found) => `${path}: ${found}`))).toEqual([]);
});

it.each(['/** What the list has in common. */', '/** Of two kinds. */', '/**\n * Who may publish.\n */'])(
  '%j is detected',
  (comment) => {
    expect(riddlesIn(comment)).toHaveLength(1);
  },
);

it.each(['/** Whether to reconnect. */', '/** Says what failed. */', '/** Offset of the header. */'])(
  '%j is accepted',
  (comment) => {
    expect(riddlesIn(comment)).toHaveLength(0);
  },
);

it.each([
  'a message is no reading',
  '// bytes that are\n  // no UTF-8',
  "it('a port that there is not', () => {})",
  'ids of which there is no letter',
  'unknown ids are said',
  'is told to the operator',
  'a default is of no place',
  'where it is none that the system knows',
  'a file that is not there',
  '/**\n * Whatever became\n * of them.\n */',
])('%j is detected as an idiom', (text) => {
  expect(idiomsIn(text)).toHaveLength(1);
});

it.each([
  'there is no such file',
  'is no longer waiting',
  'null if there is none',
  'a gateway that is told `busy`',
  'is said to be',
])('%j is plain', (text) => {
  expect(idiomsIn(text)).toHaveLength(0);
});
