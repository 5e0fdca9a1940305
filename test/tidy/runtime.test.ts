/** Time, timers and chance come from shared/runtime, so that a simulation can replace them. */
import { expect, it } from 'vitest';
import { product } from './tree.ts';

/** Files outside shared/runtime with a line of code that matches. */
function filesWith(pattern: RegExp): string[] {
  return product
    .filter(({ path }) => !path.startsWith('shared/runtime/'))
    .filter(({ text }) =>
      text.split('\n').some((line) => pattern.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line)),
    )
    .map(({ path }) => path);
}

it('product code gets time and chance only from shared/runtime', () => {
  expect(filesWith(/\b(Date\.now|Math\.random|performance\.now)\(|new Date\(\)/)).toEqual([]);
});

it('product code starts timers only with shared/runtime', () => {
  expect(filesWith(/\b(setTimeout|setInterval)\b/)).toEqual([]);
});
