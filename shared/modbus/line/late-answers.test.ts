import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../runtime/manual-clock.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { crc16 } from '../frames/crc.ts';
import type { ReadRequest } from '../frames/request.ts';
import type { Channel } from './channel.ts';
import { LateAnswers } from './late-answers.ts';
import { RtuLine } from './rtu-line.ts';

/** Slaves that answer in order, and a line that loses, delays, changes and adds bytes. A register has its own address. */
function badLine(clock: ManualClock, random: Random) {
  let freeMs = 0;
  let exchanges = 0;
  const answer = (frame: Buffer) => {
    const [unit, of, address, count] = [frame[0]!, frame[1]!, frame.readUInt16BE(2), frame.readUInt16BE(4)];
    const bytes = Buffer.alloc(5 + 2 * count);
    bytes.set([unit, of, 2 * count]);
    for (let i = 0; i < count; i++) bytes.writeUInt16BE(address + i, 3 + 2 * i);
    bytes.writeUInt16LE(crc16(bytes, 0, bytes.length - 2), bytes.length - 2);
    return bytes;
  };
  const say = (bytes: Buffer, delayMs: number) => {
    freeMs = Math.max(freeMs, clock.monotonicMs() + delayMs);
    clock.setTimer(freeMs - clock.monotonicMs(), () => void stream.push(bytes));
  };
  const stream: Duplex = new Duplex({
    read() {},
    write(frame: Buffer, _, done) {
      exchanges++;
      done();
      const chance = random.next();
      const right = answer(frame);
      if (chance < 0.05) return; // lost
      if (chance < 0.15) return say(right, 1_000 * 20 ** random.next()); // up to 20 s, and the time-out is 500 ms
      if (chance < 0.2) right[Math.floor(random.next() * right.length)]! ^= 0x40;
      const noise = Buffer.from(chance < 0.25 ? [frame[0]!, frame[1]!, 0xff] : []);
      if (chance < 0.3) {
        const cut = Math.floor(random.next() * right.length);
        say(Buffer.concat([noise, right.subarray(0, cut)]), 20);
        return say(right.subarray(cut), chance < 0.28 ? 5 : 400);
      }
      say(right, 20);
    },
  });
  const gone = new Promise<string>(() => undefined);
  const channel: Channel = { stream, gone, sent: async () => undefined, close: async () => undefined };
  return { channel, exchanges: () => exchanges };
}

it('an answer that comes however late is never taken for that to another request', async () => {
  const clock = manualClock();
  const random = seededRandom(18);
  const { channel } = badLine(clock, random);
  const timing = { baudRate: 9_600, characterBits: 10, quietMs: 100 };
  const kept = { late: new LateAnswers(clock, 60_000), counts: { requests: 0, strayBytes: 0 } };
  const line = new RtuLine(channel, timing, kept, clock);
  const shapes = [1, 2, 3, 10, 125];
  const counts = { right: 0, wrong: 0, failed: 0, asked: 0 };
  const asked = async () => {
    while (counts.asked < 3_000) {
      const unit = 1 + Math.floor(random.next() * 2);
      const address = Math.floor(random.next() * 1_000);
      const start = Math.floor(random.next() * shapes.length);
      const wanted = shapes.map(
        (_, i): ReadRequest => ({ unit, function: 3, address, count: shapes[(start + i) % shapes.length]! }),
      );
      const request = wanted.find((each) => line.isTrusted(each));
      if (!request) {
        await new Promise<void>((resolve) => clock.setTimer(1_000, resolve));
        continue;
      }
      counts.asked++;
      const outcome = await line.request(request, 500);
      if (outcome.kind !== 'data') counts.failed++;
      else {
        const isRight = Array.from({ length: request.count }, (_, i) =>
          outcome.data.readUInt16BE(2 * i),
        ).every((value, i) => value === address + i);
        counts[isRight ? 'right' : 'wrong']++;
      }
    }
  };
  let isDone = false;
  void asked().then(() => (isDone = true));
  while (!isDone) await clock.advance(1_000);
  expect(counts).toMatchObject({ wrong: 0 });
  expect(counts.right).toBeGreaterThan(1_500);
  expect(counts.failed).toBeGreaterThan(300);
});

it('a request is trusted again when another one was answered, or after the longest delay', () => {
  const clock = manualClock();
  const late = new LateAnswers(clock, 10_000);
  const request = (count: number, of: 3 | 4 = 3): ReadRequest => ({
    unit: 1,
    function: of,
    address: 0,
    count,
  });
  late.unanswered(request(10));
  expect(late.isTrusted(request(10))).toBe(false);
  expect(late.isTrusted({ ...request(10), unit: 2 })).toBe(true);
  expect(late.isTrusted(request(10, 4))).toBe(true);
  late.answered(request(2));
  expect(late.isTrusted(request(10))).toBe(true);
  late.unanswered(request(10));
  late.refused(request(2)); // it may refuse either
  expect(late.isTrusted(request(10))).toBe(false);
  expect(late.isTrusted(request(2))).toBe(false);
  late.refused(request(1, 4));
  expect(late.isTrusted(request(10))).toBe(true);
  late.unanswered(request(10));
  clock.advanceNow(10_000);
  expect(late.isTrusted(request(10))).toBe(true);
});

it('requests for bits whose answers have the same number of bytes are not told from each other', () => {
  const late = new LateAnswers(manualClock(), 10_000);
  const bits = (count: number): ReadRequest => ({ unit: 1, function: 1, address: 0, count });
  late.unanswered(bits(20));
  expect(late.isTrusted(bits(17))).toBe(false);
  expect(late.isTrusted(bits(16))).toBe(true);
});
