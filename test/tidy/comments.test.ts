/** A comment says what a thing is or does, and does not begin as a riddle. */
import { expect, it } from 'vitest';
import { sources } from './tree.ts';

/** A relative clause without its noun, or a genitive: "What becomes of …", "Of the latest …". */
const riddle = /^[ \t]*\/\*\*\s*(?:\*\s*)?(?:What|Of|Who|Whom|Whose|Such|Those)\b[^\n]*/gm;

const riddlesIn = (text: string) => text.match(riddle) ?? [];

it('comments begin with a noun or a verb', () => {
  const found = sources.flatMap(({ path, text }) => riddlesIn(text).map((comment) => `${path}: ${comment}`));
  expect(found).toEqual([]);
});

it.each(['/** What the list has in common. */', '/** Of two kinds. */', '/**\n * Who may publish.\n */'])(
  '%j is detected',
  (comment) => {
    expect(riddlesIn(comment)).toHaveLength(1);
  },
);

it.each(['/** Whether to reconnect. */', '/** Says what failed. */', '/** Offset of the header. */'])(
  '%j is none',
  (comment) => {
    expect(riddlesIn(comment)).toHaveLength(0);
  },
);
