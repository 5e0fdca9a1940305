import { describe, expect, it } from 'vitest';
import { decodeLifecycle } from './lifecycle.ts';

const decode = (message: unknown) => decodeLifecycle(Buffer.from(JSON.stringify(message)));

describe('a lifecycle message', () => {
  it('sent again is the same change', () => {
    for (const named of [{ id: 'order-7' }, { ts: 1_700_000_000 }, { id: 'order-7', ts: '2026-11-21' }]) {
      const message = { state: 'failed', ...named };
      expect(decode(message)).toEqual(decode(message));
    }
  });

  it('at another time is another change, although the sender gives its own name as id', () => {
    const [first, second] = [1_700_000_000, 1_700_000_001].map((ts) =>
      decode({ state: 'failed', id: 'maintenance', ts }),
    );
    expect(second!.identity).not.toBe(first!.identity);
  });

  it('without id and time is a change of its own', () => {
    expect(decode({ state: 'failed' }).identity).not.toBe(decode({ state: 'failed' }).identity);
  });

  it('of an unknown state is refused with the states there are', () => {
    expect(() => decode({ state: 'tired' })).toThrow(expect.objectContaining({ code: 'DECODE_LIFECYCLE' }));
  });
});
