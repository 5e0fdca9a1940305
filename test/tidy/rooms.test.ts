/** Every room says what it is for, and all of them are on one page: `npm run docs` writes it. */
import { describe, expect, it } from 'vitest';
import { type Opening, openingIn, roomsOf, roomsReference } from './rooms.ts';
import { files, sources, textOf } from './tree.ts';

/** TypeScript, and the JavaScript that the build needs before anything is compiled. */
const all = [
  ...sources,
  ...files.filter((path) => path.endsWith('.mjs')).map((path) => ({ path, text: textOf(path) })),
];
const rooms = roomsOf(all);
const openings = all
  .flatMap((source) => openingIn(source) ?? [])
  .sort((a, b) => (a.folder < b.folder ? -1 : 1));

describe('rooms', () => {
  it('have an opening: the first comment of one file says what the folder is for', () => {
    expect(rooms.length).toBeGreaterThan(80);
    const opened = new Set(openings.map(({ folder }) => folder));
    expect(rooms.filter((folder) => !opened.has(folder))).toEqual([]);
  });

  it('have only one', () => {
    const folders = openings.map(({ folder }) => folder);
    expect(folders.filter((folder, i) => folders.indexOf(folder) !== i)).toEqual([]);
  });

  it('say more than their purpose: what may be touched, or belongs elsewhere', () => {
    const sentences = ({ text }: Opening) => text.split(/[.;:](?: |$)/).filter((part) => part !== '');
    const short = openings.filter((opening) => sentences(opening).length < 2);
    expect(short.map(({ path }) => path)).toEqual([]);
  });

  it('are on one page as they are', async () => {
    await expect(roomsReference(openings)).toMatchFileSnapshot('../../deploy/docs/rooms.md');
  });
});

describe('an opening', () => {
  const named =
    '/**\n * Levers (shared/levers): they lift.\n * Nothing else does.\n *\n * More.\n */\nexport {};\n';

  it('is the first paragraph of the first comment, if that names the folder', () => {
    const expected = { folder: 'shared/levers', path: 'shared/levers/lever.ts' };
    expect(openingIn({ path: 'shared/levers/lever.ts', text: named })).toEqual({
      ...expected,
      text: 'Levers (shared/levers): they lift. Nothing else does.',
    });
    expect(
      openingIn({ path: 'shared/levers/lever.ts', text: `#!/usr/bin/env node\n${named}` }),
    ).not.toBeNull();
    expect(openingIn({ path: 'shared/winches/winch.ts', text: named })).toBeNull();
    expect(openingIn({ path: 'shared/levers/lever.ts', text: `import './a.ts';\n${named}` })).toBeNull();
  });

  it('is due from three source files on, and from five on where part.ts says what they are for', () => {
    const of = (...paths: string[]) => roomsOf(paths.map((path) => ({ path, text: '' })));
    expect(of('a/one.ts', 'a/two.ts', 'a/two.test.ts', 'a/error-codes.ts')).toEqual([]);
    expect(of('a/one.ts', 'a/two.ts', 'a/three.ts')).toEqual(['a']);
    const part = ['a/b/part.ts', 'a/b/config.ts', 'a/b/b.ts', 'a/b/statistics.ts'];
    expect(of(...part)).toEqual([]);
    expect(of(...part, 'a/b/c.ts')).toEqual(['a/b']);
  });
});
