import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../shared/modbus/line/line.ts';
import { begin, serial, silent, slave } from './pretend-line.testing.ts';

it('a line that is never silent is named, its sensors are unavailable once, and it comes back', async () => {
  const { clock, source, lines, valuesOf } = begin({ ...serial, slaves: [slave(1)] });
  await source.start();
  await clock.advance(2_500);
  const line = lines[0]!;
  const { answer, counts, request } = line;
  line.request = async (asked, timeoutMs) => {
    const outcome = await request.call(line, asked, timeoutMs);
    counts.requests -= 1; // none was sent
    return outcome;
  };
  line.answer = () => ({ kind: 'busy' });
  const before = valuesOf('m1').length;
  await clock.advance(1_500);
  expect(valuesOf('m1').length).toBe(before);
  await clock.advance(20_000);
  const nulls = [
    ['a', null],
    ['b', null],
  ];
  expect(valuesOf('m1').slice(before)).toMatchObject([{ values: nulls }]);
  expect(source.stats()[0]).toMatchObject({
    ...{ open: true, problem: expect.stringMatching(/never silent: is there another master/) },
    slaves: [{ answers: false }],
  });
  expect(source.stats()[0]!.failures.busy).toBeGreaterThan(10);
  line.request = request;
  line.answer = answer;
  await clock.advance(5_000);
  expect(source.stats()[0]).toMatchObject({ slaves: [{ answers: true }] });
  expect(source.stats()[0]!.problem).toBeUndefined();
  expect(valuesOf('m1').at(-1)!.values[0]).toEqual(['a', 10]);
});

describe('a line over TCP', () => {
  const tcp = { name: 'l', host: 'meter' };

  it('that is dead without an end is opened anew although a slow device has not been asked yet', async () => {
    const slaves = [slave(1), slave(2, { periodMs: 3_600_000 })];
    const { clock, source, lines } = begin({ ...tcp, slaves });
    await source.start();
    await clock.advance(10_000);
    lines[0]!.answer = silent(1, 2);
    await clock.advance(10_000);
    expect(lines.length).toBe(2);
    expect(source.stats()[0]!.slaves).toMatchObject([{ answers: true }, { answers: true }]);
  });

  it('is not opened again and again because one of its devices is dead', async () => {
    const { clock, source, lines, state } = begin({ ...tcp, slaves: [slave(1), slave(2)] });
    state.answer = silent(2);
    await source.start();
    await clock.advance(600_000);
    expect(lines.length).toBe(1);
  });

  it('stays open after a failed trial, so that the other dead devices are tried too', async () => {
    const slaves = Array.from({ length: 8 }, (_, i) => slave(i + 1));
    const { clock, source, lines, state } = begin({ ...tcp, slaves });
    state.answer = silent(1, 2, 3, 4, 5, 6, 7, 8);
    await source.start();
    await clock.advance(600_000);
    expect(source.stats()[0]!.slaves.some(({ answers }) => answers)).toBe(false);
    // Each opening tries all eight; a trial comes about once in a minute.
    expect(lines.length).toBeLessThan(30);
    state.answer = silent(1);
    for (const line of lines) line.answer = state.answer;
    await clock.advance(65_000);
    expect(source.stats()[0]!.slaves.filter(({ answers }) => answers).length).toBe(7);
    const opened = lines.length;
    await clock.advance(300_000);
    expect(lines.length).toBe(opened);
  });

  it('stays open while what is in between says that the devices do not answer', async () => {
    const { clock, source, lines, state } = begin({ ...tcp, slaves: [slave(1), slave(2)] });
    state.answer = () => ({ kind: 'exception', code: 11 });
    await source.start();
    await clock.advance(600_000);
    expect(lines.length).toBe(1);
    expect(source.stats()[0]!.slaves[0]).toMatchObject({ answers: false });
  });
});

describe('a device that answers for some of its blocks', () => {
  const three = {
    points: [
      { name: 'a', address: 0 },
      { name: 'b', address: 500, type: 'uint32' },
      { name: 'z', address: 900, type: 'uint64' },
    ],
  };
  const silentAt =
    (...addresses: number[]) =>
    ({ address, count }: { address: number; count: number }): Outcome =>
      addresses.includes(address) ? { kind: 'silent' } : { kind: 'data', data: Buffer.alloc(2 * count) };

  it('stays alive while blocks beside each other are silent, and the rest is read', async () => {
    const { clock, source, lines, valuesOf } = begin({ ...serial, slaves: [slave(1, three)] });
    await source.start();
    await clock.advance(500);
    lines[0]!.answer = silentAt(0, 500);
    const before = valuesOf('m1').length;
    await clock.advance(300_000);
    const read = valuesOf('m1').slice(before);
    const ofZ = read.flatMap(({ values }) => values.filter(([name]) => name === 'z'));
    expect(ofZ.length).toBeGreaterThan(200);
    expect(ofZ.filter(([, value]) => value !== 0)).toEqual([]);
  });

  it('comes back from the dead although its first block does not', async () => {
    const { clock, source, lines } = begin({ ...serial, slaves: [slave(1, three)] });
    await source.start();
    await clock.advance(500);
    lines[0]!.answer = silent(1);
    await clock.advance(20_000);
    expect(source.stats()[0]!.slaves[0]!.answers).toBe(false);
    lines[0]!.answer = silentAt(0, 900);
    await clock.advance(240_000);
    expect(source.stats()[0]!.slaves[0]!.answers).toBe(true);
  });

  it('is alive when only the request before the one that cannot be trusted is answered', async () => {
    const { clock, source, lines } = begin({ ...serial, slaves: [slave(1, three)] });
    await source.start();
    await clock.advance(500);
    lines[0]!.answer = silent(1);
    await clock.advance(20_000);
    lines[0]!.isTrusted = ({ address }) => address === 500;
    lines[0]!.answer = silentAt();
    await clock.advance(61_000);
    expect(source.stats()[0]!.slaves[0]!.answers).toBe(true);
  });

  it('has what it answered before the line ended', async () => {
    const { clock, source, lines, valuesOf } = begin({ ...serial, slaves: [slave(1, three)] });
    await source.start();
    await clock.advance(500);
    const before = valuesOf('m1').length;
    lines[0]!.answer = ({ address, count }) =>
      address === 0 ? { kind: 'data', data: Buffer.alloc(2 * count, 1) } : { kind: 'busy' };
    await clock.advance(1_000);
    expect(valuesOf('m1')[before]!.values).toEqual([['a', 0x101]]);
  });
});
