import { describe, expect, it } from 'vitest';
import { seededRandom } from '../runtime/random.ts';
import { Quotas } from './quotas.ts';

/** Takes as many as are admitted; returns how many. */
function fill(quotas: Quotas, owner: string): number {
  let got = 0;
  for (; quotas.admits(owner); got++) quotas.add(owner);
  return got;
}

describe('quotas', () => {
  it('one alone has all, and each that comes later a half of what the one before got', () => {
    const quotas = new Quotas(1_000);
    expect(['a', 'b', 'c', 'd'].map((owner) => fill(quotas, owner))).toEqual([1_000, 500, 250, 125]);
    expect(quotas.total).toBe(1_875);
  });

  it('two who take in turns have two thirds of all each', () => {
    const quotas = new Quotas(900);
    while (quotas.admits('a') || quotas.admits('b'))
      for (const owner of ['a', 'b']) if (quotas.admits(owner)) quotas.add(owner);
    expect([quotas.of('a'), quotas.of('b')]).toEqual([600, 600]);
  });

  it('what is given back is free for all, and nobody has less than nothing', () => {
    const quotas = new Quotas(10);
    fill(quotas, 'a');
    quotas.remove('a', 4);
    expect([quotas.of('a'), quotas.total]).toEqual([6, 6]);
    quotas.remove('a', 100);
    quotas.remove('b');
    expect([quotas.of('a'), quotas.of('b'), quotas.total]).toEqual([0, 0, 0]);
  });

  it('what fits into the maximum is admitted, and together there is never twice as much', () => {
    const random = seededRandom(11);
    const whole = (below: number) => Math.floor(random.next() * below);
    for (let round = 0; round < 100; round++) {
      const quotas = new Quotas(1 + whole(500));
      for (let step = 0; step < 300; step++) {
        const owner = `u${whole(5)}`;
        const size = 1 + whole(30);
        if (random.next() < 0.3) quotas.remove(owner, size);
        else if (quotas.admits(owner, size)) quotas.add(owner, size);
        else if (quotas.total + size <= quotas.max) expect.fail(`${size} more than ${quotas.total}`);
        if (quotas.total >= 2 * quotas.max) expect.fail(`${quotas.total} of ${quotas.max}`);
      }
      expect(quotas.total).toBe([0, 1, 2, 3, 4].reduce((sum, n) => sum + quotas.of(`u${n}`), 0));
    }
  });

  it('a maximum of 0 admits nobody', () => {
    expect(new Quotas(0).admits('a')).toBe(false);
  });
});
