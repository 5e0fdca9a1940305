import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { type Position, positionOf, tomlPositions } from './toml-positions.ts';

const text = String.raw`# a comment = 1
top = "a # b" # real = 2
"quoted.key" = 1
'literal' = 2
dotted . name.x = 1
date = 1979-05-27 07:32:00
multi = """
no = 1
\"""
[no]
"""
ends = """a""""
raw = '''
[[no]]
it's '''
list = [ 1, # one
  [2, 3],
  { a = 1, b = "}" },
  "]", ]
inline = { a = 1, c.d = 2, e = [ { f = 1 } ] }
[table]
key = true
[ table.inner ]
"k\u0041" = 1
[[items]]
name = 1
[items.more]
deep = 1
[[items]]
[[items.subs]]
z = 1
[[items.subs]]
z = 2
`;

/** Returns every key and index of a value, as paths. */
function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Date) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => keysOf(item, `${path}/${key}`))];
}

function positionsBelow({ children }: Position, path = ''): string[] {
  return [path, ...[...children].flatMap(([key, child]) => positionsBelow(child, `${path}/${key}`))];
}

const lineOf = (key: string) => positionOf(tomlPositions(text, 'f.toml'), key).line;

describe('positions in TOML', () => {
  it('are found for exactly the keys that the parser finds', () => {
    for (const document of [text, text.replaceAll('\n', '\r\n'), `\ufeff${text}`, '', '# nothing'])
      expect(positionsBelow(tomlPositions(document, 'f')).sort()).toEqual(keysOf(parse(document)).sort());
  });

  it('are the lines of the keys', () => {
    const lines = text.split('\n');
    const starts = { top: 'top', date: 'date', list: 'list', inline: 'inline', 'table.key': 'key = true' };
    for (const [key, start] of Object.entries(starts)) expect(lines[lineOf(key)! - 1]).toMatch(start);
    expect(lines[lineOf('list[1][1]')! - 1]).toContain('[2, 3]');
    expect(lines[lineOf('list[2].b')! - 1]).toContain('b = "}"');
    expect(lines[lineOf('items[1].subs[1].z')! - 1]).toBe('z = 2');
    expect(lines[lineOf('items[0].more.deep')! - 1]).toBe('deep = 1');
    expect(lines[lineOf('table.inner.kA')! - 1]).toContain('k');
  });

  it('of missing keys are those of the table or list that would hold them', () => {
    expect(lineOf('table.absent')).toBe(lineOf('table'));
    expect(lineOf('items[1].absent.deeper')).toBe(lineOf('items[1]'));
    expect(lineOf('absent')).toBeUndefined();
  });

  it('of settings in a table that a short form leaves out are those of the settings themselves', () => {
    expect(lineOf('table.absent.key')).toBe(lineOf('table.key'));
  });
});
