import { describe, expect, it } from 'vitest';
import { SendWindow } from './send-window.ts';

const kib = 1 << 10;
const limit = 2 << 20;

/** Sends as much as there is room for, over a link of this speed and a store that takes a while for each batch, until so many bytes are confirmed. */
function drain(
  window: SendWindow,
  { bytes, bytesPerMs, storeMs = 5 }: { bytes: number; bytesPerMs: number; storeMs?: number },
) {
  let nowMs = 0;
  let wireFreeMs = 0;
  let confirmed = 0;
  let longestMs = 0;
  let mostInFlight = 0;
  const underWay: { sent: ReturnType<SendWindow['sent']>; answerMs: number }[] = [];
  while (confirmed < bytes) {
    while (window.hasRoom && underWay.length < 4) {
      const size = Math.min(512 * kib, window.batchBytesMax);
      wireFreeMs = Math.max(nowMs, wireFreeMs) + size / bytesPerMs;
      underWay.push({ sent: window.sent(size, nowMs), answerMs: wireFreeMs + storeMs });
    }
    const inFlight = underWay.reduce((sum, { sent }) => sum + sent.bytes, 0);
    mostInFlight = Math.max(mostInFlight, inFlight);
    const { sent, answerMs } = underWay.shift()!;
    nowMs = Math.max(nowMs, answerMs);
    window.answered(sent, true, nowMs);
    confirmed += sent.bytes;
    if (confirmed > bytes / 2) longestMs = Math.max(longestMs, nowMs - sent.atMs);
  }
  for (const { sent, answerMs } of underWay) window.answered(sent, true, answerMs);
  return { nowMs, longestMs, mostInFlight };
}

describe('the window of what a lane has in flight', () => {
  it.each([0.5, 2, 5, 20, 100])('lets nothing wait for long behind it on a link of %d kB/s', (bytesPerMs) => {
    const { longestMs, nowMs } = drain(new SendWindow(limit), { bytes: 600_000, bytesPerMs });
    // On the slowest links the smallest batches alone take longer than a second.
    expect(longestMs).toBeLessThan(Math.max(4_500, (5 * 4 * kib) / bytesPerMs));
    expect(nowMs).toBeLessThan((1.1 * 600_000) / bytesPerMs + 1_000);
  });

  it('grows to its limit on a fast link', () => {
    const { mostInFlight, nowMs } = drain(new SendWindow(limit), { bytes: 50_000_000, bytesPerMs: 50_000 });
    expect(mostInFlight).toBe(limit);
    expect(nowMs).toBeLessThan(1_400);
  });

  it('grows too where the store takes five seconds for any batch', () => {
    const { mostInFlight } = drain(new SendWindow(limit), {
      ...{ bytes: 20_000_000, bytesPerMs: 50_000, storeMs: 5_000 },
    });
    expect(mostInFlight).toBe(limit);
  });

  it('follows a link that becomes slow, and one that becomes fast again', () => {
    const window = new SendWindow(limit);
    drain(window, { bytes: 20_000_000, bytesPerMs: 50_000 });
    expect(drain(window, { bytes: 8_000_000, bytesPerMs: 5 }).longestMs).toBeLessThan(4_500);
    expect(drain(window, { bytes: 20_000_000, bytesPerMs: 50_000 }).mostInFlight).toBe(limit);
  });

  it('has room for one batch, whatever is refused or not answered', () => {
    const window = new SendWindow(limit);
    for (let i = 0; i < 10; i++) window.answered(window.sent(64 * kib, 0), false, 60_000);
    expect(window.hasRoom).toBe(true);
    expect(window.batchBytesMax).toBe(4 * kib);
  });
});
