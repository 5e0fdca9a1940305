import { expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Takeovers } from './takeovers.ts';

function watched() {
  const clock = manualClock();
  const said: [object, string][] = [];
  const takeovers = new Takeovers(clock, (who, message) => said.push([who, message]));
  const take = (client: string, ...addresses: [string, string]) =>
    takeovers.note({ client, user: 'sensor', addresses });
  return { clock, said, takeovers, take };
}

it('names a client id that two devices use, with their addresses, and says so again only after a while', () => {
  const { clock, said, takeovers, take } = watched();
  for (let i = 0; i < 20; i++) {
    take('cloned', i % 2 ? 'b' : 'a', i % 2 ? 'a' : 'b');
    clock.advanceNow(5_000);
  }
  expect(said).toEqual([
    [
      { client: 'cloned', user: 'sensor', addresses: ['b', 'a'], takeoversPerMinute: 3 },
      expect.stringContaining('two devices use one client id'),
    ],
  ]);
  expect(takeovers.total).toBe(20);
  const reported = { client: 'cloned', user: 'sensor', addresses: ['a', 'b'], takeovers: 20 };
  expect(takeovers.shared()).toMatchObject({ count: 1, worst: [{ ...reported, takeoversPerMinute: 11 }] });
  clock.advanceNow(550_000);
  expect(takeovers.shared()).toMatchObject({ count: 1, worst: [{ ...reported, takeoversPerMinute: 0 }] });
  take('cloned', 'a', 'b');
  expect(said.length).toBe(2);
  clock.advanceNow(600_000);
  expect(takeovers.shared()).toEqual({ count: 0, worst: [] });
});

it('a device that is replaced by itself now and then is not reported', () => {
  const { clock, said, takeovers, take } = watched();
  for (let i = 0; i < 20; i++) {
    take('restless', 'a', 'a');
    clock.advanceNow(40_000);
  }
  expect([said, takeovers.shared().count, takeovers.isShared('restless')]).toEqual([[], 0, false]);
});

it('says that it may be one device if there is one address, and reports a bounded number', () => {
  const { said, takeovers, take } = watched();
  for (let i = 0; i < 1_500; i++) for (let k = 0; k < 3; k++) take(`c${i}`, 'a', 'a');
  expect(said[0]![1]).toContain('one address');
  const { count, worst } = takeovers.shared();
  expect([count, worst.length, takeovers.isShared('c0'), takeovers.isShared('c1499')]).toEqual([
    1_000,
    20,
    false,
    true,
  ]);
});
