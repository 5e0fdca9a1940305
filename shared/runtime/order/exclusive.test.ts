import { expect, it } from 'vitest';
import { Exclusive } from './exclusive.ts';

it('does one piece of work after the other, and a piece that fails holds up none', async () => {
  const exclusive = new Exclusive();
  const done: string[] = [];
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const first = exclusive.run(async () => {
    done.push('first begins');
    await held;
    done.push('first ends');
    throw new Error('it failed');
  });
  const second = exclusive.run(async () => {
    done.push('second');
    return 2;
  });
  const settled = Promise.allSettled([first, second]);
  await Promise.resolve();
  expect(done).toEqual(['first begins']);
  goOn();
  expect(await settled).toMatchObject([
    { status: 'rejected', reason: { message: 'it failed' } },
    { status: 'fulfilled', value: 2 },
  ]);
  expect(done).toEqual(['first begins', 'first ends', 'second']);
});
