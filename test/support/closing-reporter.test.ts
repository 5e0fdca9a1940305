import { expect, it } from 'vitest';
import { closingLines, isChosen, type Outcome } from './closing-reporter.ts';

const outcome = (state: Outcome['state'], name: string, note?: string): Outcome => ({
  name,
  file: 'a.test.ts',
  state,
  note,
});

it('ends with the totals; files that could not be loaded count as failures', () => {
  const outcomes = [outcome('passed', 'one'), outcome('passed', 'two'), outcome('failed', 'three')];
  expect(closingLines(outcomes, 1)).toEqual(['2 passed, 2 failed, 0 skipped']);
  expect(closingLines([], 0)).toEqual(['0 passed, 0 failed, 0 skipped']);
});

it('lists skipped tests by reason: the note of the test, or its title or that of its group', () => {
  const skipped = [
    outcome('skipped', 'group > one', 'no root here'),
    outcome('skipped', 'a server (needs influxd) > two'),
    outcome('skipped', 'a server (needs influxd) > three'),
    outcome('skipped', 'four (skipped: no chromium (on Debian: apt))'),
    outcome('skipped', 'five'),
  ];
  expect(closingLines(skipped, 0)).toEqual([
    'Skipped, by reason:',
    '  no root here: a.test.ts > group > one',
    '  needs influxd: a.test.ts > a server (needs influxd) > two; a.test.ts > a server (needs influxd) > three',
    '  no chromium (on Debian: apt): a.test.ts > four (skipped: no chromium (on Debian: apt))',
    '  no reason given: a.test.ts > five',
    '0 passed, 0 failed, 5 skipped',
  ]);
  const many = Array.from({ length: 5 }, (_, i) => outcome('skipped', `test ${i} (needs root)`));
  expect(closingLines(many, 0)[1]).toMatch(/test 2 \(needs root\); 2 more$/);
});

it('reports nothing of tests that the tags leave out', () => {
  expect(isChosen(['long'], [])).toBe(true);
  expect(isChosen(['long'], ['long'])).toBe(true);
  expect(isChosen([], ['long'])).toBe(false);
  expect(isChosen(['long'], ['!long'])).toBe(false);
  expect(isChosen([], ['!long'])).toBe(true);
  expect(isChosen([], ['!long and slow'])).toBe(true);
});
