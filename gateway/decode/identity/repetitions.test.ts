/** Equal readings on one connection, and on several. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../../shared/runtime/log.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { checkReading } from '../contract.ts';
import { testMachines } from '../fixtures.testing.ts';
import { newRow } from '../row.ts';
import { assumedResends, CountsByMachine } from './counts-by-machine.ts';
import { ReadingIdentity } from './reading-identity.ts';
import { RecentReadings } from './recent-readings.ts';

const now = 1_700_000_000_000;
const meter = testMachines().find('plant', 'meter-1');
const row = newRow();
let said: unknown[][];
let assumed: CountsByMachine;
let recent: RecentReadings;
let identity: ReadingIdentity;

beforeEach(() => {
  said = [];
  const warn = (...words: unknown[]) => void said.push(words);
  assumed = new CountsByMachine(Object.assign(Object.create(silentLog) as Log, { warn }), assumedResends);
  recent = new RecentReadings(1 << 13);
  identity = new ReadingIdentity(
    recent,
    { aheadMsMax: 60_000, behindMsMax: 3_600_000 },
    { assumed, still: { note() {} } },
  );
});

type Claim = Partial<Pick<DecodedReading, 'id' | 'seq' | 'deviceTime'>>;

/** The time that the reading got, or null if it was taken for a resend. */
function send(connection: number, claim: Claim, { resend = false, flow = 21.5 } = {}): string | null {
  checkReading(meter, { flow }, row);
  const message = { receivedMs: now, resend, connection };
  return identity.assign(meter, claim, row, message) ? `${identity.ms}.${identity.ns}` : null;
}
const many = (count: number, connection: number, claimOf: (i: number) => Claim) =>
  Array.from({ length: count }, (_, i) => send(connection, claimOf(i)));
const lost = (sent: (string | null)[]) => sent.filter((time) => time === null).length;
const moment = (ms: number, ns = 0) => ({ deviceTime: { ms: now + ms, ns } });

/** Devices with constant values whose claims distinguish nothing, or not for ever. */
const standstills: [string, (i: number) => Claim][] = [
  ['seq is always 0', () => ({ seq: 0 })],
  ['seq goes round at 1,000', (i) => ({ seq: i % 1_000 })],
  ['the clock stands still', () => moment(-5_000)],
  ['the clock has seconds', (i) => moment(-60_000 + 1_000 * Math.floor(i / 50))],
  ['the clock stands still, and is out of bounds', () => moment(-86_400_000)],
  ['the clock stands still, and seq is always 0', () => ({ seq: 0, ...moment(-5_000) })],
  ['the id is the name of the device', () => ({ id: 'pump 1' })],
  ['the id is the name of the device, and seq is always 0', () => ({ id: 'pump 1', seq: 0 })],
  [
    'the id is the name of the device, and the clock stands still',
    () => ({ id: 'pump 1', ...moment(-5_000) }),
  ],
];

describe('on one unbroken connection an equal reading without DUP is another reading', () => {
  it.each(standstills)('%s', (_, claimOf) => {
    const times = many(2_500, 1, claimOf);
    expect(lost(times)).toBe(0);
    expect(new Set(times).size).toBe(2_500);
    expect([identity.counts.resends, assumed.ofMachines()]).toEqual([0, []]);
  });

  it.each(standstills)('and what is sent again with DUP is recognised: %s', (_, claimOf) => {
    many(50, 1, claimOf);
    const repeatsId = claimOf(0).id !== undefined && claimOf(0).seq === undefined && !claimOf(0).deviceTime;
    for (let i = 40; i < 50; i++) {
      // A reading of which nothing is known but the name of its device has no identity.
      expect(send(2, claimOf(i), { resend: true }) === null).toBe(!repeatsId);
    }
    expect(assumed.ofMachines()).toEqual([]);
  });

  it.each(standstills)(
    'a repetition that was not stored is accepted when it is sent again: %s',
    (_, claimOf) => {
      send(1, claimOf(0));
      identity.takeAdded();
      send(1, claimOf(0));
      const failed = identity.takeAdded();
      identity.forgetBlock(failed);
      expect(send(2, claimOf(0), { resend: true })).not.toBeNull();
    },
  );
});

describe('on another connection an equal reading without DUP may be a resend', () => {
  const identified = standstills.filter(([name]) => !name.includes('id is'));

  it.each(identified)('one is taken for it, counted and told, and the next one is new: %s', (_, claimOf) => {
    many(20, 1, () => claimOf(0));
    expect(many(20, 2, () => claimOf(0)).map((time) => time === null)).toEqual([
      true,
      ...Array<boolean>(19).fill(false),
    ]);
    expect(identity.counts.resends).toBe(1);
    expect(assumed.ofMachines()).toEqual([{ machine: 'plant/meter-1', readings: 1 }]);
    expect(said).toEqual([
      [{ machine: 'plant/meter-1', readings: 1 }, expect.stringContaining('taken for resends')],
    ]);
  });

  it.each(identified)('after a restart too: %s', (_, claimOf) => {
    many(20, 1, () => claimOf(0));
    const words = identity.takeAdded();
    recent = new RecentReadings(1 << 13);
    for (let i = 0; i < words.length; i += 3) recent.add(words[i]!, words[i + 1]!, words[i + 2]!);
    identity = new ReadingIdentity(
      recent,
      { aheadMsMax: 60_000, behindMsMax: 3_600_000 },
      { assumed, still: { note() {} } },
    );
    expect(lost(many(20, 1, () => claimOf(0)))).toBe(1);
  });

  it.each(identified)('always, where the connection passes on what others send: %s', (_, claimOf) => {
    expect(lost(many(20, 0, () => claimOf(0)))).toBe(19);
    expect(assumed.ofMachines()).toEqual([{ machine: 'plant/meter-1', readings: 19 }]);
  });
});

it('two senders that report the same readings of one machine, each on its connection, store them once', () => {
  for (let seq = 0; seq < 100; seq++) {
    const claim = { seq, ...moment(-1_000 + seq) };
    const outcomes = [send(1, claim), send(2, claim)];
    expect(outcomes.map((time) => time === null)).toEqual([false, true]);
  }
});

it('whatever comes, no two readings get one time, and none that differs from all before it is lost', () => {
  const reading = fc.record({
    connection: fc.integer({ min: 0, max: 2 }),
    flow: fc.integer({ min: 0, max: 2 }),
    ms: fc.option(fc.integer({ min: -2, max: 0 }), { nil: undefined }),
    seq: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    resend: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
      recent = new RecentReadings(1 << 10);
      identity = new ReadingIdentity(
        recent,
        { aheadMsMax: 60_000, behindMsMax: 3_600_000 },
        { assumed, still: { note() {} } },
      );
      const seen = new Set<string>();
      const times: string[] = [];
      for (const { connection, flow, ms, seq, resend } of readings) {
        const claim = { ...(seq !== undefined && { seq }), ...(ms !== undefined && moment(ms)) };
        const time = send(connection, claim, { resend, flow });
        if (time !== null) times.push(time);
        const name = JSON.stringify([flow, claim]);
        const isClaimed = seq !== undefined && ms !== undefined && resend;
        if (!isClaimed && !seen.has(name)) expect(time).not.toBeNull();
        seen.add(name);
      }
      expect(new Set(times).size).toBe(times.length);
    }),
  );
});

it('counts a hundred machines one by one, and the others together', () => {
  for (let i = 0; i < 130; i++) for (let k = 0; k < 3; k++) assumed.note({ ...meter, machine: `meter-${i}` });
  const counts = assumed.ofMachines();
  expect([counts.length, counts[0], counts.at(-1)]).toEqual([
    101,
    { machine: 'plant/meter-0', readings: 3 },
    { machine: '(others)', readings: 90 },
  ]);
  expect(said.length).toBe(102); // the first of each, and the first and the tenth of the others
});
