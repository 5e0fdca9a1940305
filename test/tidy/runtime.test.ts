/** Time, timers and chance come from shared/runtime, so that a simulation can replace them. */
import { expect, it } from 'vitest';
import { product } from './tree.ts';

/** Files outside `shared/runtime` and `elsewhere` with a line of code that matches. */
function filesWith(pattern: RegExp, elsewhere = 'shared/runtime/'): string[] {
  return product
    .filter(({ path }) => !path.startsWith('shared/runtime/') && !path.startsWith(elsewhere))
    .filter(({ text }) =>
      text.split('\n').some((line) => pattern.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line)),
    )
    .map(({ path }) => path);
}

const time = /\b(Date\.now|performance\.now|hrtime)\b|\bnew Date\b(?!\()|\bnew Date\(\s*\)/;
const chance = /\b(Math\.random|randomUUID|randomInt|getRandomValues)\b/;
const timers = /\b(setTimeout|setInterval|setImmediate)\b|timers\/promises/;

it('product code gets time and chance only from shared/runtime', () => {
  expect(filesWith(time)).toEqual([]);
  expect(filesWith(chance)).toEqual([]);
});

it('product code starts timers, and defers work to the next turn, only with shared/runtime', () => {
  expect(filesWith(timers)).toEqual([]);
});

it('secrets are the only other use of chance', () => {
  expect(filesWith(/\brandomBytes\b/, 'shared/security/')).toEqual([]);
});

it.each([
  ['const now = Date.now();', time],
  ['const at = new Date();', time],
  ['const at = new Date;', time],
  ['const from = process.hrtime.bigint();', time],
  ["import { randomUUID } from 'node:crypto';", chance],
  ['arms.sort(() => Math.random() - 0.5);', chance],
  ['setImmediate(() => this.flush());', timers],
  ["import { setImmediate as tick } from 'node:timers/promises';", timers],
])('%s is detected', (line, pattern) => {
  expect(line).toMatch(pattern);
});

it('a date that is computed from a given time is not a clock', () => {
  expect('new Date(nowMs).toISOString()').not.toMatch(time);
});
