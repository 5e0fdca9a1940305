import { describe, expect, it } from 'vitest';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { expectLinear, growthTestMsMax } from './growth.ts';
import { countedSteps } from './steps.ts';
import { withinSeconds } from './within-seconds.ts';

/** Compares every character with every other one. */
function inPairs(text: string): number {
  let same = 0;
  for (let i = 0; i < text.length; i++) for (let k = 0; k < i; k += 128) if (text[i] === text[k]) same++;
  return same;
}

/** Each search of a text that is missing reads all that follows. */
function searches(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i += 128) sum += text.indexOf('xy', i);
  return sum;
}

describe('growth of work', () => {
  it('counts the same steps each time', async () => {
    const count = (length: number) => countedSteps(() => inPairs('x'.repeat(length)));
    expect(await count(2_000)).toBe(await count(2_000));
    expect(await count(4_000)).toBeGreaterThan(2.5 * (await count(2_000)));
  });

  it('accepts linear work', async () => {
    await expectLinear('copies', (bytes) => {
      const text = 'x'.repeat(bytes);
      return () => Array.from(text).map((letter) => letter.charCodeAt(0));
    });
  });

  it(
    'fails for quadratic loops, by their steps, also behind a wait',
    async () => {
      const prepare = (bytes: number) => async () => {
        await nextTurn();
        return inPairs('x'.repeat(bytes));
      };
      await expect(expectLinear('pairs', prepare)).rejects.toThrow(/pairs, in steps/);
    },
    growthTestMsMax,
  );

  it(
    'fails for quadratic work of built-in functions, by its CPU time',
    async () => {
      const search = (bytes: number) => () => searches('x'.repeat(bytes));
      await expect(expectLinear('searches', search)).rejects.toThrow(/searches, in CPU time/);
    },
    growthTestMsMax,
  );

  it('interrupts work that does not end', () => {
    const endless = () => {
      for (;;);
    };
    expect(() => withinSeconds(0.05, 'a loop', endless)).toThrow('it took more than 0.05 s: a loop');
  });
});
