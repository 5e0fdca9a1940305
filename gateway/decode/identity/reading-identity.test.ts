import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DecodedReading } from '../../ports/decode.ts';
import { checkReading } from '../contract.ts';
import { testMachines } from '../fixtures.testing.ts';
import { newRow, type Row } from '../row.ts';
import { ReadingIdentity } from './reading-identity.ts';
import { RecentReadings } from './recent-readings.ts';

const now = 1_700_000_000_000;
const meter = testMachines().find('plant', 'meter-1');
const row: Row = newRow();
let identity: ReadingIdentity;
/** Machines of readings that were taken for resends without a mark. */
let assumed: string[];
const note = ({ machine }: { machine: string }) => void assumed.push(machine);

beforeEach(() => {
  assumed = [];
  identity = identityOf(new RecentReadings(1 << 13));
});

const identityOf = (recent: RecentReadings) =>
  new ReadingIdentity(
    recent,
    { aheadMsMax: 60_000, behindMsMax: 3_600_000 },
    { assumed: { note }, still: { note } },
  );

/** The time that a reading got, `ms.ns`, or 'resend'. */
function assign(
  reading: Partial<DecodedReading> & { flow: number },
  resend = false,
  receivedMs = now,
  connection = 0,
): string {
  const { flow, ...rest } = reading;
  checkReading(meter, { flow }, row);
  const isNew = identity.assign(meter, { values: {}, ...rest }, row, { receivedMs, resend, connection });
  return isNew ? `${identity.ms - now}.${identity.ns}` : 'resend';
}
const at = (ms: number, ns = 0) => ({ deviceTime: { ms: now + ms, ns } });

describe('device time', () => {
  it('is used unchanged', () => {
    expect(assign({ flow: 1, ...at(-5, 42) })).toBe('-5.42');
  });

  it('out of bounds is rejected in favour of the gateway’s clock', () => {
    expect(assign({ flow: 1, ...at(60_001) })).toMatch(/^0\.[1-9]/);
    expect(assign({ flow: 1, ...at(-3_600_001) })).toMatch(/^0\.[1-9]/);
    expect(identity.counts.timesOutOfBounds).toBe(2);
  });

  it('ahead by any time is accepted while the gateway’s clock is not set, and no longer after that', () => {
    let isSet = false;
    const bounds = { aheadMsMax: 60_000, behindMsMax: 3_600_000, isClockSet: () => isSet };
    identity = new ReadingIdentity(new RecentReadings(1 << 13), bounds, {
      assumed: { note },
      still: { note },
    });
    const month = 30 * 86_400_000;
    expect(assign({ flow: 1, ...at(month) })).toBe(`${month}.0`);
    expect(assign({ flow: 2, ...at(200 * 12 * month) })).toMatch(/^0\.[1-9]/);
    expect(assign({ flow: 3, ...at(-3_600_001) })).toMatch(/^0\.[1-9]/);
    isSet = true;
    expect(assign({ flow: 4, ...at(month + 1) })).toMatch(/^0\.[1-9]/);
  });

  it('shared by distinct readings is separated by a nanosecond', () => {
    expect([1, 2, 3].map((flow) => assign({ flow, ...at(-5) }))).toEqual(['-5.0', '-5.1', '-5.2']);
    expect(identity.counts.separated).toBe(2);
  });

  it('with the same content is a resend, even of a reading that was separated', () => {
    assign({ flow: 1, ...at(-5) });
    assign({ flow: 2, ...at(-5) });
    expect(assign({ flow: 1, ...at(-5) })).toBe('resend');
    expect(assign({ flow: 2, ...at(-5) })).toBe('resend');
  });

  it('and running number together identify a resend with DUP whose values were measured again', () => {
    assign({ flow: 1, seq: 7, ...at(-5) });
    expect(assign({ flow: 9, seq: 7, ...at(-5) }, true)).toBe('resend');
    expect(assign({ flow: 9, seq: 7, ...at(-4) }, true)).toBe('-4.0');
    expect(assign({ flow: 9, seq: 8, ...at(-5) }, true)).toBe('-5.1');
    expect(assign({ flow: 9, seq: 7, ...at(-5) })).toBe('-5.2');
  });

  it('out of bounds still distinguishes a resend from a new reading', () => {
    assign({ flow: 1, ...at(60_001) });
    expect(assign({ flow: 1, ...at(60_001) })).toBe('resend');
    expect(assign({ flow: 2, ...at(60_001) })).not.toBe('resend');
  });

  it('at the beginning of 1970 is ignored: a clock that was never set assigns it to every reading', () => {
    const unset = { deviceTime: { ms: 0, ns: 0 } };
    expect([1, 1, 2, 1].map((flow) => assign({ flow, ...unset }))).not.toContain('resend');
    expect(identity.counts.timesOutOfBounds).toBe(4);
    assign({ flow: 1, seq: 7, ...unset });
    expect(assign({ flow: 1, seq: 7, ...unset })).toBe('resend');
  });

  it('identifies a resend even if the gateway’s clock was set in between', () => {
    const dayMs = 86_400_000;
    assign({ flow: 1, ...at(0) });
    for (const seq of [{}, { seq: 7 }]) {
      assign({ flow: 1, ...seq, ...at(0) });
      expect(assign({ flow: 1, ...seq, ...at(0) }, false, now - dayMs)).toBe('resend');
      assign({ flow: 2, ...seq, ...at(1) }, false, now - dayMs);
      expect(assign({ flow: 2, ...seq, ...at(1) })).toBe('resend');
    }
  });

  it('never equals a timestamp assigned at arrival', () => {
    const arrived = [1, 2, 3].map((flow) => assign({ flow }));
    const timed = [4, 5, 6].map((flow) => assign({ flow, ...at(0, 1) }));
    expect(arrived).toEqual(['0.1', '0.2', '0.3']);
    expect(timed).toEqual(['0.4', '0.5', '0.6']);
    expect(assign({ flow: 7 })).toBe('0.7');
  });
});

describe('identity', () => {
  it('by id with the same content', () => {
    for (const time of [{}, at(-5)]) {
      expect(assign({ flow: 1, id: 'a', ...time })).not.toBe('resend');
      expect(assign({ flow: 1, id: 'a', ...time })).toBe('resend');
      expect(assign({ flow: 1, id: 'b', ...time })).not.toBe('resend');
    }
  });

  it('an id that recurs with other content names the sender: none of its readings is lost', () => {
    const sent = [1, 2, 2, 1, 2].map((flow) => assign({ flow, id: 'A4:C1:38:00:11:22' }));
    expect(sent).not.toContain('resend');
    expect([1, 1, 2].map((flow, i) => assign({ flow, id: 'x', ...at(i) }))).toEqual(['0.0', '1.0', '2.0']);
  });

  it('of a sender that sends its own name as id, by number and time', () => {
    for (const flow of [1, 2]) assign({ flow, id: 'x' });
    for (const claim of [{ seq: 7 }, at(-5), { seq: 8, ...at(-5) }]) {
      expect(assign({ flow: 1, id: 'x', ...claim })).not.toBe('resend');
      expect(assign({ flow: 1, id: 'x', ...claim })).toBe('resend');
    }
  });

  it('by running number with the same content', () => {
    assign({ flow: 1, seq: 7 });
    expect(assign({ flow: 1, seq: 7 })).toBe('resend');
  });

  it('not by a running number that is too large for neighbours to differ', () => {
    for (const seq of [2 ** 64, -(2 ** 64), Number.POSITIVE_INFINITY]) {
      expect(assign({ flow: 1, seq }, false, now, 1)).not.toBe('resend');
      expect(assign({ flow: 1, seq }, false, now, 2)).not.toBe('resend');
    }
    expect(assign({ flow: 1, seq: Number.MAX_SAFE_INTEGER }, false, now, 1)).not.toBe('resend');
    expect(assign({ flow: 1, seq: Number.MAX_SAFE_INTEGER }, false, now, 2)).toBe('resend');
  });

  it('by running number, even if two senders of one machine count separately', () => {
    assign({ flow: 1, seq: 7 });
    assign({ flow: 2, seq: 7 });
    expect(assign({ flow: 1, seq: 7 })).toBe('resend');
    expect(assign({ flow: 2, seq: 7 })).toBe('resend');
  });

  it('of an open type is recognised by its content, whatever the order of its sensors', () => {
    const bench = testMachines();
    const values = [
      { volts: 5, amps: 1 },
      { amps: 1, volts: 5 },
    ];
    const outcomes = values.map((each, i) => {
      // Simulates a restart of the gateway: columns are opened in the order of its first reading.
      const schema = (i === 0 ? bench : testMachines()).find('lab', 'bench');
      checkReading(schema, each, row);
      return identity.assign(schema, { seq: 7 }, row, { receivedMs: now, resend: false, connection: 0 });
    });
    expect(outcomes).toEqual([true, false]);
  });

  it('an 8-bit counter that wraps around loses no reading of a sensor with a constant value', () => {
    const outcomes = Array.from({ length: 2_000 }, (_, i) => {
      const seq = i % 256;
      const first = assign({ flow: 1, seq });
      // At intervals the acknowledgements of the latest readings are lost.
      const again = i % 97 === 0 ? [2, 1, 0].filter((back) => i >= back) : [];
      return [first, ...again.map((back) => assign({ flow: 1, seq: (i - back) % 256 }, i % 2 === 0))];
    });
    expect(outcomes.map(([first]) => first)).not.toContain('resend');
    expect(new Set(outcomes.flatMap(([, ...again]) => again))).toEqual(new Set(['resend']));
  });

  it('of a long burst that is resent as a whole is recognised', () => {
    const burst = (again: boolean) =>
      Array.from({ length: 300 }, (_, seq) => assign({ flow: 1, seq }, again));
    expect(burst(false)).not.toContain('resend');
    expect(new Set(burst(true))).toEqual(new Set(['resend']));
  });

  it('readings of a device that restarts its counter are not mistaken for resends', () => {
    assign({ flow: 1, seq: 7 });
    expect(assign({ flow: 2, seq: 7 })).not.toBe('resend');
  });

  it('without any, equal readings are distinct, each at its own time', () => {
    const times = Array.from({ length: 1_000 }, () => assign({ flow: 1 }));
    expect(new Set(times).size).toBe(1_000);
  });
});

it('a block that was not stored is forgotten: resends of its readings are accepted', () => {
  assign({ flow: 1, seq: 7, ...at(-5) });
  identity.forgetBlock(identity.takeAdded());
  expect(assign({ flow: 1, seq: 7, ...at(-5) })).toBe('-5.0');
});

it.each([
  ['without a number', {}],
  ['with the number of another', { seq: 7 }],
])('a reading %s that was moved past one which was not stored is recognised when resent', (_, claim) => {
  const moment = at(-5);
  expect(assign({ flow: 1, ...claim, ...moment })).toBe('-5.0');
  const stored = [identity.takeAdded()];
  expect(assign({ flow: 2, ...claim, ...moment })).toBe('-5.1');
  const failed = identity.takeAdded();
  expect(assign({ flow: 3, ...claim, ...moment })).toBe('-5.2');
  stored.push(identity.takeAdded());
  identity.forgetBlock(failed);
  expect(assign({ flow: 3, ...claim, ...moment })).toBe('resend');

  // After a restart only stored readings are known.
  const recent = new RecentReadings(1 << 10);
  for (const words of stored)
    for (let i = 0; i < words.length; i += 3) recent.add(words[i]!, words[i + 1]!, words[i + 2]!);
  identity = identityOf(recent);
  expect(assign({ flow: 3, ...claim, ...moment })).toBe('resend');
  expect(assign({ flow: 2, ...claim, ...moment })).toBe('-5.1');
});

it('a reading with a thousand others at its time is recognised when resent', () => {
  for (let flow = 0; flow < 100; flow += 0.1) assign({ flow, ...at(-5) });
  expect(assign({ flow: 200, ...at(-5) })).toMatch(/^0\./);
  expect(assign({ flow: 200, ...at(-5) })).toBe('resend');
});

it('readings that share one time cost no search through all of them, and are recognised when resent', () => {
  const recent = new RecentReadings(1 << 13);
  const find = vi.spyOn(recent, 'find');
  identity = identityOf(recent);
  const flows = Array.from({ length: 1_500 }, (_, i) => i / 4);
  const first = flows.map((flow) => assign({ flow, ...at(-5) }));
  expect(first.slice(0, 1_000)).toEqual(flows.slice(0, 1_000).map((_, i) => `-5.${i}`));
  expect(new Set(first).size).toBe(flows.length);
  expect(find.mock.calls.length).toBeLessThan(25 * flows.length);
  for (const flow of flows) expect(assign({ flow, ...at(-5) })).toBe('resend');
  expect(find.mock.calls.length).toBeLessThan(50 * flows.length);
  for (const [i, flow] of flows.slice(0, 100).entries()) {
    expect(assign({ flow, seq: i, ...at(-5) })).not.toBe('resend');
    expect(assign({ flow, seq: i, ...at(-5) })).toBe('resend');
  }
});

it('a reading far from its time is recognised after a restart, and its timestamp is free again if it was not stored', () => {
  for (let flow = 0; flow < 20; flow++) assign({ flow, ...at(-5) });
  const before = identity.takeAdded();
  expect(assign({ flow: 20, seq: 7, ...at(-5) })).toBe('-5.20');
  identity.forgetBlock(identity.takeAdded());
  expect(assign({ flow: 20, seq: 7, ...at(-5) })).toBe('-5.20');
  const stored = identity.takeAdded();
  const recent = new RecentReadings(1 << 10);
  for (const words of [before, stored])
    for (let i = 0; i < words.length; i += 3) recent.add(words[i]!, words[i + 1]!, words[i + 2]!);
  identity = identityOf(recent);
  expect(assign({ flow: 20, seq: 7, ...at(-5) })).toBe('resend');
  expect(assign({ flow: 21, ...at(-5) })).toBe('-5.21');
});

it('never assigns two readings of a schema one timestamp, and never mistakes distinct ones for resends', () => {
  const reading = fc.record({ flow: fc.integer({ min: 0, max: 400 }), ms: fc.integer({ min: -3, max: 0 }) });
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 200 }), (readings) => {
      identity = identityOf(new RecentReadings(1 << 10));
      const isNew = readings.map(({ flow, ms }) => assign({ flow, ...at(ms) })).filter((p) => p !== 'resend');
      const distinct = new Set(readings.map(({ flow, ms }) => `${flow}@${ms}`));
      expect(new Set(isNew).size).toBe(isNew.length);
      expect(isNew.length).toBe(distinct.size);
    }),
  );
});
