import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../shared/modbus/line/line.ts';
import { begin, serial, silent, slave } from './pretend-line.testing.ts';

describe('a line', () => {
  it('is polled, each slave with its period, and each poll is one reading at the time of the answer', async () => {
    const { clock, handed, source, valuesOf, lines } = begin({
      ...serial,
      slaves: [slave(1), slave(2, { periodMs: 250 })],
    });
    await source.start();
    await clock.advance(10_000);
    expect(valuesOf('m1').length).toBe(10);
    expect(valuesOf('m2').length).toBeGreaterThanOrEqual(38);
    expect(lines[0]!.asked.slice(0, 2)).toEqual(['1:10+3', '2:10+3']);
    const [first] = handed;
    expect(first).toMatchObject({ origin: 'modbus:l/1', resend: false });
    expect(first!.readings).toEqual([
      {
        ...{ site: 'lab', machine: 'm1' },
        timeNs: BigInt(Date.UTC(2026, 0, 1) + 10) * 1_000_000n,
        values: [
          ['a', 10],
          ['b', 1.2],
        ],
      },
    ]);
    expect(source.stats()[0]).toMatchObject({ overruns: 0, slaves: [{ answers: true }, { answers: true }] });
  });

  it('a dead slave costs the others next to nothing, is unavailable once, and comes back', async () => {
    const { clock, source, valuesOf, lines, state } = begin({
      ...serial,
      slaves: [slave(1), slave(2, { timeoutMs: 900 })],
    });
    await source.start();
    await clock.advance(3_000);
    lines[0]!.answer = silent(2);
    const before = valuesOf('m1').length;
    await clock.advance(600_000);
    // The first failures delay some polls; then it is asked about once in a minute.
    expect(valuesOf('m1').length - before).toBeGreaterThan(590);
    expect(source.stats()[0]!.overruns).toBeLessThan(10);
    expect(lines[0]!.asked.filter((text) => text.startsWith('2:')).length).toBeLessThan(30);
    const nulls = valuesOf('m2').filter(({ values }) => values.every(([, value]) => value === null));
    expect(nulls).toMatchObject([
      {
        values: [
          ['a', null],
          ['b', null],
        ],
      },
    ]);
    expect(source.stats()[0]!.slaves[1]).toMatchObject({
      answers: false,
      problem: expect.stringMatching(/no answer: check/),
    });
    expect(state.mode).toBe('pass');
    lines[0]!.answer = silent();
    await clock.advance(61_000);
    expect(valuesOf('m2').at(-1)!.values).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(source.stats()[0]!.slaves[1]).toMatchObject({ answers: true });
  });

  it('a dead slave of which nothing can be trusted is left alone too', async () => {
    const { clock, source, lines } = begin({ ...serial, slaves: [slave(1)] });
    await source.start();
    await clock.advance(1_000);
    lines[0]!.answer = silent(1);
    await clock.advance(5_000);
    let checks = 0;
    lines[0]!.isTrusted = () => {
      checks++;
      return false;
    };
    await clock.advance(60_000);
    expect(checks).toBeGreaterThan(5);
    expect(checks).toBeLessThan(300);
    expect(source.stats()[0]!.slaves[0]!.answers).toBe(false);
  });

  it('too slow for its periods leaves polls out and counts them', async () => {
    const { clock, source, lines } = begin({
      ...serial,
      slaves: Array.from({ length: 10 }, (_, i) => slave(i + 1, { periodMs: 50 })),
    });
    await source.start();
    await clock.advance(10_000);
    expect(lines[0]!.counts.requests).toBeGreaterThan(900);
    expect(source.stats()[0]!.overruns).toBeGreaterThan(900);
    const units = new Set(lines[0]!.asked.slice(-10).map((text) => text.split(':')[0]));
    expect(units.size).toBe(10);
  });

  it('that ends is opened again, and its slaves are unavailable meanwhile', async () => {
    const { clock, source, valuesOf, lines } = begin({ ...serial, slaves: [slave(1)] }, { openings: 2 });
    await source.start();
    await clock.advance(2_000);
    lines[0]!.end('the device was unplugged');
    await clock.advance(100);
    expect(source.stats()[0]).toMatchObject({ open: false, problem: 'the device was unplugged' });
    expect(valuesOf('m1').at(-1)!.values).toEqual([
      ['a', null],
      ['b', null],
    ]);
    await clock.advance(2_000);
    expect(source.stats()[0]).toMatchObject({ open: true });
    expect(valuesOf('m1').at(-1)!.values[0]).toEqual(['a', 10]);
    lines[1]!.end('gone');
    await clock.advance(60_000);
    expect(source.stats()[0]).toMatchObject({ open: false, problem: 'no such device' });
  });

  it('over TCP on which nothing answers any more is opened anew', async () => {
    const { clock, source, lines, state } = begin({ name: 'l', host: 'meter', slaves: [slave(1)] });
    await source.start();
    await clock.advance(2_000);
    state.answer = silent(1);
    lines[0]!.answer = state.answer;
    await clock.advance(20_000);
    expect(lines.length).toBeGreaterThan(2);
    expect(source.stats()[0]).toMatchObject({ slaves: [{ answers: false }] });
  });
});

describe('a block', () => {
  const two = {
    points: [
      { name: 'a', address: 0 },
      { name: 'z', address: 500 },
    ],
  };

  it('that the device refuses has no values, is asked less often, and is named; the others are read', async () => {
    const { clock, source, valuesOf, lines } = begin({ ...serial, slaves: [slave(1, two)] });
    await source.start();
    await clock.advance(10);
    lines[0]!.answer = ({ address }) =>
      address === 500 ? { kind: 'exception', code: 2 } : { kind: 'data', data: Buffer.of(0, 7) };
    await clock.advance(100_000);
    expect(valuesOf('m1').at(-1)!.values).toEqual([
      ['a', 7],
      ['z', null],
    ]);
    expect(lines[0]!.asked.filter((text) => text.includes(':500')).length).toBeLessThan(15);
    expect(source.stats()[0]!.slaves[0]).toMatchObject({
      answers: true,
      problem: expect.stringMatching(/function 3, 1 from 500: exception 2, it has no such register/),
    });
  });

  describe('of many registers', () => {
    const points = Array.from({ length: 16 }, (_, i) => ({ name: `r${i}`, address: i }));
    const without =
      (isMissing: (address: number) => boolean) =>
      ({ address, count }: { address: number; count: number }): Outcome =>
        Array.from({ length: count }, (_, i) => address + i).some(isMissing)
          ? { kind: 'exception', code: 2 }
          : { kind: 'data', data: Buffer.alloc(2 * count) };

    it('of which the device has not got one is cut, and all others are read', async () => {
      const { clock, source, lines, state, valuesOf } = begin({ ...serial, slaves: [slave(1, { points })] });
      state.answer = without((address) => address === 5);
      await source.start();
      await clock.advance(10_000);
      const { values } = valuesOf('m1').at(-1)!;
      expect(values.length).toBe(16);
      expect(values.filter(([, value]) => value === null)).toEqual([['r5', null]]);
      lines[0]!.asked.length = 0;
      await clock.advance(60_000);
      expect(lines[0]!.asked.length).toBeLessThan(320);
      expect(source.stats()[0]!.slaves[0]).toMatchObject({
        problem: expect.stringMatching(/function 3, 1 from 5: exception 2/),
      });
    });

    it('of which the device has none is one block again, and whole when it is answered', async () => {
      const { clock, source, lines, state, valuesOf } = begin({ ...serial, slaves: [slave(1, { points })] });
      state.answer = without(() => true);
      await source.start();
      await clock.advance(10_000);
      lines[0]!.asked.length = 0;
      await clock.advance(120_000);
      expect(new Set(lines[0]!.asked)).toEqual(new Set(['1:0+16']));
      lines[0]!.answer = without(() => false);
      await clock.advance(70_000);
      expect(valuesOf('m1').at(-1)!.values).toContainEqual(['r15', 0]);
    });

    it('that was answered before is not cut when the device refuses it for a while', async () => {
      const { clock, source, lines } = begin({ ...serial, slaves: [slave(1, { points })] });
      await source.start();
      await clock.advance(2_000);
      lines[0]!.answer = without(() => true);
      await clock.advance(60_000);
      expect(new Set(lines[0]!.asked)).toEqual(new Set(['1:0+16']));
    });
  });

  it('that is damaged once is asked for again at once', async () => {
    const { clock, source, valuesOf, lines } = begin({ ...serial, slaves: [slave(1)] });
    await source.start();
    let asked = 0;
    await clock.advance(0);
    lines[0]!.answer = () =>
      asked++ % 2 === 0 ? { kind: 'damaged', bytes: 7 } : { kind: 'data', data: Buffer.alloc(6) };
    await clock.advance(10_000);
    expect(valuesOf('m1').length).toBeGreaterThanOrEqual(9);
    expect(source.stats()[0]!.failures.damaged).toBeGreaterThanOrEqual(9);
  });

  it('whose answer could be a late one is asked for only after something else was answered', async () => {
    const points = [
      { name: 'a', address: 0 },
      { name: 'z', address: 500, type: 'uint32' },
    ];
    const { clock, source, lines, valuesOf } = begin({ ...serial, slaves: [slave(1, { points })] });
    await source.start();
    await clock.advance(500);
    const line = lines[0]!;
    const { answer } = line;
    let isSettled = false;
    line.isTrusted = ({ count }) => isSettled || count !== 1;
    line.answer = (request) => {
      isSettled = true;
      return answer(request);
    };
    line.asked.length = 0;
    await clock.advance(1_000);
    expect(line.asked).toEqual(['1:500+2', '1:0+1', '1:500+2']);
    line.isTrusted = () => false;
    const before = valuesOf('m1').length;
    await clock.advance(5_000);
    expect(valuesOf('m1').length).toBe(before);
    expect(source.stats()[0]).toMatchObject({ failures: { untrusted: 10 }, slaves: [{ answers: true }] });
  });
});

describe('readings', () => {
  it('that the disk refuses are handed in again, marked as such', async () => {
    const { clock, source, handed, state } = begin({ ...serial, slaves: [slave(1)] });
    state.mode = 'refuse';
    await source.start();
    await clock.advance(5_000);
    expect(source.stats()[0]!.retried).toBeGreaterThan(3);
    state.mode = 'pass';
    const [first] = handed;
    handed.length = 0;
    await clock.advance(20_000);
    expect(handed).toContainEqual({ ...first, resend: true });
  });

  it('wait in a bounded number while the intake is full, and polling goes on then', async () => {
    const { clock, source, handed, held, state, lines } = begin({
      name: 'l',
      path: '/dev/x',
      slaves: [slave(1)],
    });
    state.mode = 'hold';
    await source.start();
    await clock.advance(100_000);
    expect(handed.length).toBe(32);
    expect(lines[0]!.counts.requests).toBe(32);
    state.mode = 'pass';
    for (const settled of held.splice(0)) settled(undefined, 0);
    await clock.advance(10_000);
    expect(handed.length).toBeGreaterThan(40);
    expect(source.stats()[0]!.overruns).toBeGreaterThan(60);
  });
});
