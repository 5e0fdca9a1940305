import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterTree } from './filter-tree.ts';
import { compileFilter, covers, type Filter, overlaps, parseFilter } from './topic-filter.ts';

const filterOf = (text: string): Filter => parseFilter(text)!;
const matches = (filter: string, topic: string) => compileFilter(filterOf(filter))(topic);

describe('topic filters', () => {
  it.each([
    ['telemetry/#', 'telemetry/a/b', true],
    ['telemetry/#', 'telemetry', true],
    ['telemetry/#', 'telemetryx/a', false],
    ['telemetry/+', 'telemetry/a', true],
    ['telemetry/+', 'telemetry/a/b', false],
    ['telemetry/+', 'telemetry', false],
    ['a/+/c', 'a/b/c', true],
    ['a/+/#', 'a', false],
    ['a/+/#', 'a/b', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['+', '', true],
    ['/+', '/a', true],
  ])('%s on %s: %s', (filter, topic, expected) => {
    expect(matches(filter, topic)).toBe(expected);
  });

  it.each(['', 'a#', 'a/#/b', 'a+/b', 'a\0', `${'a/'.repeat(40)}b`])('refuses %j', (text) => {
    expect(parseFilter(text)).toBeNull();
  });

  it('does not let a placeholder widen a filter', () => {
    expect(parseFilter('commands/{client}/#', { user: 'u', client: 'a' })?.levels).toEqual(['commands', 'a']);
    for (const client of ['#', '+', 'a/b', ''])
      expect(parseFilter('commands/{client}/#', { user: 'u', client })).toBeNull();
  });

  const level = fc.constantFrom('a', 'b', '$s', '');
  const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const filter = fc
    .tuple(
      fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/#', '#'),
    )
    .map(([levels, end]) => (end === '#' ? '#' : levels.join('/') + end))
    .filter((text) => parseFilter(text) !== null);

  it('covers: never more than what the outer filter matches', () => {
    let met = 0;
    fc.assert(
      fc.property(filter, filter, topic, (outer, inner, name) => {
        if (!covers(filterOf(outer), filterOf(inner)) || !matches(inner, name)) return;
        met++;
        expect(matches(outer, name)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(met).toBeGreaterThan(10);
    expect(covers(filterOf('a/#'), filterOf('a/+/b'))).toBe(true);
    expect(covers(filterOf('a/+'), filterOf('a/#'))).toBe(false);
    expect(covers(filterOf('#'), filterOf('$SYS/#'))).toBe(false);
  });

  it('overlaps: whenever one topic matches both', () => {
    let met = 0;
    fc.assert(
      fc.property(filter, filter, topic, (a, b, name) => {
        if (!matches(a, name) || !matches(b, name)) return;
        met++;
        expect(overlaps(filterOf(a), filterOf(b))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(met).toBeGreaterThan(10);
    expect(overlaps(filterOf('commands/#'), filterOf('telemetry/#'))).toBe(false);
    expect(overlaps(filterOf('+/x'), filterOf('telemetry/#'))).toBe(true);
    expect(overlaps(filterOf('+'), filterOf('telemetry/+'))).toBe(false);
  });

  it('the tree finds exactly the filters that match, also after removals', () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 12 }), fc.array(fc.nat(11)), topic, (all, gone, name) => {
        const tree = new FilterTree<number>();
        for (const [i, text] of all.entries()) tree.add(filterOf(text), i);
        const kept = new Map(all.entries());
        for (const i of gone) {
          if (kept.delete(i)) tree.remove(filterOf(all[i]!), i);
        }
        const expected = [...kept].filter(([, text]) => matches(text, name)).map(([i]) => i);
        expect(tree.match(name).sort()).toEqual(expected.sort());
        expect(tree.size).toBe(kept.size);
      }),
      { numRuns: 1_000 },
    );
  });
});
