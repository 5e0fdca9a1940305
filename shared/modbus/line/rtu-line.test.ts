import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { manualClock } from '../../runtime/manual-clock.ts';
import { crc16 } from '../frames/crc.ts';
import type { ReadRequest } from '../frames/request.ts';
import { rtuRequest } from '../frames/rtu.ts';
import { LateAnswers } from './late-answers.ts';
import type { Outcome } from './line.ts';
import { RtuLine } from './rtu-line.ts';

const request: ReadRequest = { unit: 7, function: 3, address: 0, count: 1 };

function framed(...body: number[]): Buffer {
  const crc = crc16(Uint8Array.from(body));
  return Buffer.from([...body, crc & 0xff, crc >> 8]);
}
const answer = framed(7, 3, 2, 0, 42);
const foreign = framed(9, 3, 6, 7, 3, 2, 0, 0, 0);

/** Asks on a line that returns bytes at some times after the request; resolves with the outcome and when it came. */
async function ask(
  ...coming: [atMs: number, bytes: Buffer][]
): Promise<{ outcome: Outcome; afterMs: number }> {
  const clock = manualClock();
  const stream: Duplex = new Duplex({
    read() {},
    write(_frame, _encoding, done) {
      for (const [atMs, bytes] of coming) clock.setTimer(atMs, () => void stream.push(bytes));
      done();
    },
  });
  const gone = new Promise<string>(() => undefined);
  const channel = { stream, gone, sent: async () => undefined, close: async () => undefined };
  const kept = { late: new LateAnswers(clock, 10_000), counts: { requests: 0, strayBytes: 0 } };
  const line = new RtuLine(channel, { baudRate: 9_600, characterBits: 10, quietMs: 0 }, kept, clock);
  const startMs = clock.monotonicMs();
  let found: { outcome: Outcome; afterMs: number } | undefined;
  void line
    .request(request, 1_000)
    .then((outcome) => (found = { outcome, afterMs: clock.monotonicMs() - startMs }));
  for (let i = 0; i < 200 && !found; i++) await clock.advance(10);
  return found!;
}

it.each<[string, Buffer]>([
  ['an echo of the request', rtuRequest(request)],
  ['an echo behind a byte of noise', Buffer.concat([Buffer.of(0), rtuRequest(request)])],
  ['a frame of another unit', foreign],
  ['an echo and a frame of another unit', Buffer.concat([rtuRequest(request), foreign])],
])('%s does not shorten the time-out', async (_, before) => {
  const { outcome } = await ask([5, before], [600, answer]);
  expect(outcome).toEqual({ kind: 'data', data: Buffer.of(0, 42) });
});

it('an answer that stops in its middle is waited for only shortly, also behind an echo', async () => {
  for (const before of [Buffer.alloc(0), rtuRequest(request)]) {
    const { outcome, afterMs } = await ask([20, Buffer.concat([before, answer.subarray(0, 5)])]);
    expect(outcome.kind).toBe('damaged');
    expect(afterMs).toBeLessThan(300);
  }
});

it('a device that does not answer is silent, also on an adapter that returns the request', async () => {
  const { outcome } = await ask([5, rtuRequest(request)]);
  expect(outcome).toEqual({ kind: 'silent' });
});
