import { describe, expect, it } from 'vitest';
import { Histogram } from '../record/histogram.ts';
import { compilePayload, defaultPayload, Patcher } from './payload.ts';
import { AckScanner } from './wire.ts';

describe('AckScanner', () => {
  const stream = Uint8Array.from([0x20, 2, 0, 0, 0x40, 2, 0x01, 0x02, 0xd0, 0, 0x40, 2, 0, 7]);
  const packets = [
    [2, 0],
    [4, 0x102],
    [13, 0],
    [4, 7],
  ];

  it.each([1, 2, 3, 5, 14])('finds the same packets in chunks of %i bytes', (size) => {
    const found: number[][] = [];
    const scanner = new AckScanner((type, value) => found.push([type, value]));
    for (let at = 0; at < stream.length; at += size) {
      const chunk = stream.slice(at, at + size);
      scanner.push(chunk, chunk.length);
    }
    expect(found).toEqual(packets);
  });

  it.each([1, 2, 3, 5, 30])('passes over the properties of CONNACK in chunks of %i bytes', (size) => {
    const found: number[][] = [];
    const scanner = new AckScanner((type, value) => found.push([type, value]));
    const bytes = Uint8Array.from([0x20, 6, 0, 0, 3, 0x21, 0, 9, 0x40, 2, 0, 7]);
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = bytes.slice(at, at + size);
      scanner.push(chunk, chunk.length);
    }
    expect(found).toEqual([
      [2, 0],
      [4, 7],
    ]);
  });

  it('refuses packets that a publisher never receives', () => {
    const scanner = new AckScanner(() => {});
    expect(() => scanner.push(Uint8Array.from([0x30, 200, 1, 2, 3]), 5)).toThrow(RangeError);
  });
});

describe('payload template', () => {
  it('is 215 bytes of valid JSON for all numbers', () => {
    const patcher = new Patcher();
    for (const seq of [1, 99, 4_294_967_295]) {
      const { bytes, fields } = compilePayload(defaultPayload, 'm7', 7, 215);
      patcher.patch(bytes, 0, fields, seq, 1_700_000_000_123);
      const parsed = JSON.parse(bytes.toString()) as Record<string, number>;
      expect(bytes.length).toBe(215);
      expect(parsed).toMatchObject({ device: 'm7', seq, ts: 1_700_000_000_123 });
      expect(parsed.temperature).toBeGreaterThanOrEqual(10);
      expect(parsed.temperature).toBeLessThan(100);
    }
  });
});

describe('Histogram', () => {
  it('returns quantiles within its bucket width', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1_000; ms++) histogram.add(ms);
    expect(histogram.quantileMs(0.5) / 500).toBeCloseTo(1, 1);
    expect(histogram.quantileMs(0.99) / 990).toBeCloseTo(1, 1);
    expect(histogram.summary().msMax).toBe(1_000);
    expect(new Histogram().quantileMs(0.5)).toBe(0);
  });
});
