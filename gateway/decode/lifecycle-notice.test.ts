import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { DecodedChange } from '../ports/decode.ts';
import { testMachines } from './fixtures.testing.ts';
import { lifecycle } from './formats/lifecycle/lifecycle.ts';
import { lifecycleNotice } from './lifecycle-notice.ts';

const now = Date.UTC(2026, 10, 21);
const random = seededRandom(1);
const meter = { site: 'plant', machine: 'meter-1', machineType: 'meter' };
const schema = testMachines().find('plant', 'meter-1');

function decode(message: unknown) {
  const [decoded] = lifecycle.decode(Buffer.from(JSON.stringify(message)), schema);
  return lifecycleNotice(schema, (decoded as DecodedChange).lifecycle, { receivedMs: now }, random);
}

describe('a lifecycle message', () => {
  it('reports a change of its machine', () => {
    expect(decode({ state: 'replaced', note: 'new bearings', id: 'order-7' })).toEqual({
      state: 'replaced',
      about: { ...meter, note: 'new bearings', isByArrival: true },
      eventId: 'plant/meter-1/replaced/df8cf80227ec3237',
      atMs: now,
    });
  });

  it('resent is the same change', () => {
    for (const named of [{ id: 'order-7' }, { ts: 1_700_000_000 }, { id: 'order-7', ts: '2026-11-21' }]) {
      const message = { state: 'failed', ...named };
      expect(decode(message)).toEqual(decode(message));
    }
  });

  it('at another time is another change, although the sender sends its own name as id', () => {
    const [first, second] = [1_700_000_000, 1_700_000_001].map((ts) =>
      decode({ state: 'failed', id: 'maintenance', ts }),
    );
    expect(second!.eventId).not.toBe(first!.eventId);
  });

  it('without id and time is always another change', () => {
    expect(decode({ state: 'failed' }).eventId).not.toBe(decode({ state: 'failed' }).eventId);
  });

  it.each([
    [undefined, now],
    [now - 90 * 86_400_000, now - 90 * 86_400_000],
    [now + 3_600_000, now + 3_600_000],
    [12_345, now],
    ['2030-01-01T00:00:00Z', now],
  ])('with the time %j happened at %j', (ts, atMs) => {
    const isByArrival = atMs === now ? { isByArrival: true } : {};
    expect(decode({ state: 'failed', ts })).toMatchObject({ atMs, about: { ...meter, ...isByArrival } });
    expect('isByArrival' in decode({ state: 'failed', ts }).about).toBe(atMs === now);
  });

  it.each([
    ['failed', /"state": "failed"/],
    [{ state: 'failed', ts: 'yesterday' }, /'ts' is not a time: yesterday/],
  ])('is refused with a description of the right form: %j', (message, problem) => {
    expect(() => decode(message)).toThrow(problem);
  });

  it('with an unknown state is refused with a list of the states', () => {
    expect(() => decode({ state: 'tired' })).toThrow(expect.objectContaining({ code: 'DECODE_LIFECYCLE' }));
    expect(() => decode({ state: 'maintenance', duration: '2h' })).toThrow(/'duration' is not known/);
  });
});
