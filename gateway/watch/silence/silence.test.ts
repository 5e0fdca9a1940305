import { describe, expect, it } from 'vitest';
import { quietType, silenceBench } from './silence.testing.ts';

const minuteMs = 60_000;

describe('a machine', () => {
  it('is silent after three times its usual gap, and not before; and is heard with its next reading', async () => {
    const bench = silenceBench();
    await bench.readings(10, minuteMs);
    await bench.clock.advance(3 * minuteMs - 3_000);
    expect(bench.changes()).toEqual([]);
    await bench.clock.advance(3_000);
    expect(bench.changes()).toEqual([true]);
    expect(bench.told.at(-1)).toMatchObject({
      ...{ isShort: true, rows: 0 },
      silence: { isSilent: true, isOffline: false, allowedMs: 3 * minuteMs },
    });
    await bench.clock.advance(24 * 60 * minuteMs);
    expect(bench.changes()).toEqual([true]);
    bench.reading();
    await bench.clock.advance(2_000);
    expect(bench.changes()).toEqual([true, false]);
  });

  it('that is fast is given the least time; that of its type counts where it says one', async () => {
    const fast = silenceBench();
    await fast.readings(200, 1_000);
    await fast.clock.advance(58_000);
    expect(fast.changes()).toEqual([]);
    await fast.clock.advance(4_000);
    expect(fast.changes()).toEqual([true]);

    const own = silenceBench({ silentAfterMs: 5_000 });
    own.reading();
    await own.clock.advance(8_000);
    expect(own.changes()).toEqual([true]);
  });

  it('whose type says 0, or that was heard three times only, is never silent', async () => {
    const off = silenceBench({ silentAfterMs: 0 });
    await off.readings(10, 1_000);
    const new_ = silenceBench();
    await new_.readings(3, 1_000);
    for (const bench of [off, new_]) {
      await bench.clock.advance(48 * 60 * minuteMs);
      expect(bench.changes()).toEqual([]);
    }
  });

  it('is heard when it sends, whatever its clock says, and whenever that is set', async () => {
    const bench = silenceBench();
    const hours = (count: number) => count * 60 * minuteMs;
    for (const ageMs of [hours(5), hours(-3), 0, hours(1)])
      for (let i = 0; i < 12; i++) {
        await bench.clock.advance(10_000);
        bench.reading(ageMs);
      }
    bench.clock.setWall(bench.clock.nowMs() - hours(1));
    for (let i = 0; i < 30; i++) {
      await bench.clock.advance(10_000);
      bench.reading();
    }
    expect(bench.changes()).toEqual([]);
  });

  it('is not heard by what it had buffered, and then by its first new reading; its rhythm stays', async () => {
    const bench = silenceBench();
    await bench.readings(40, minuteMs);
    await bench.clock.advance(120 * minuteMs);
    for (let age = 120; age > 10; age--) {
      bench.reading(age * minuteMs);
      if (age % 10 === 0) await bench.clock.advance(1_100);
    }
    await bench.clock.advance(10_000);
    expect(bench.changes()).toEqual([true]);
    bench.reading();
    await bench.clock.advance(2_000);
    expect(bench.changes()).toEqual([true, false]);
    await bench.clock.advance(2.5 * minuteMs);
    expect(bench.changes()).toEqual([true, false]);
    await bench.clock.advance(minuteMs);
    expect(bench.changes()).toEqual([true, false, true]);
  });

  it('is heard by the last reading of a batch whose first ones are old', async () => {
    const bench = silenceBench();
    await bench.readings(40, minuteMs);
    await bench.clock.advance(20 * minuteMs);
    for (let age = 20; age >= 0; age--) bench.reading(age * minuteMs);
    await bench.clock.advance(2_000);
    expect(bench.changes()).toEqual([true, false]);
  });

  it('is silent at once when its device says that it is offline, until it says otherwise or sends', async () => {
    const bench = silenceBench();
    await bench.readings(2, minuteMs);
    const readMs = bench.clock.nowMs() - 2_000;
    for (const back of [() => bench.said(true), () => bench.reading()]) {
      bench.said(false);
      await bench.clock.advance(2_000);
      expect(bench.told.at(-1)?.silence).toMatchObject({ isSilent: true, isOffline: true });
      back();
      await bench.clock.advance(2_000);
      expect(bench.told.at(-1)?.silence).toMatchObject({ isSilent: false, isOffline: false });
    }
    const [byWord, byReading] = bench.told
      .map(({ silence }) => silence!)
      .filter(({ isSilent }) => !isSilent)
      .slice(-2);
    expect(byWord).toMatchObject({ isByWord: true, lastHeardMs: readMs });
    expect(byReading!.isByWord).toBeUndefined();
    expect(bench.changes()).toEqual([true, false, true, false]);
  });
});

describe('the gateway', () => {
  it('that was held up for minutes does not call machines silent that it could not hear', async () => {
    const bench = silenceBench();
    await bench.readings(20, 1_000);
    // As after a pause of the process: no timer ran meanwhile, and what arrived is still to be read.
    const { monotonicMs } = bench.clock;
    bench.clock.monotonicMs = () => monotonicMs() + 600_000;
    await bench.clock.advance(5_000);
    expect(bench.changes()).toEqual([]);
    await bench.clock.advance(62_000);
    expect(bench.changes()).toEqual([true]);
  });

  it('that restarts tells who fell silent meanwhile after its allowance, and who speaks as heard', async () => {
    const bench = silenceBench();
    await bench.readings(20, 1_000, 'gone');
    await bench.readings(20, 1_000, 'there');
    expect(await bench.restart()).toHaveLength(2);
    expect(bench.silence.stats()).toMatchObject({ restored: 2, judged: 2 });
    await bench.clock.advance(58_000);
    bench.reading(0, 'there');
    expect(bench.changes('gone')).toEqual([]);
    await bench.clock.advance(5_000);
    expect(bench.changes('gone')).toEqual([true]);
    expect(bench.told.find(({ machine }) => machine.machine === 'there')?.silence?.isSilent).toBe(false);
    const lastHeardMs = () =>
      bench.told.findLast(({ machine }) => machine.machine === 'gone')!.silence!.lastHeardMs;
    const before = lastHeardMs();
    expect(bench.clock.nowMs() - before).toBeGreaterThan(80_000);
    await bench.restart();
    await bench.clock.advance(63_000);
    expect(lastHeardMs()).toBe(before);
  });

  it('forgets a machine that was retired, until it sends again', async () => {
    const bench = silenceBench({ silentAfterMs: 5_000 });
    bench.reading();
    expect([bench.silence.forget('s/m'), bench.silence.forget('s/m')]).toEqual([true, false]);
    await bench.clock.advance(20_000);
    expect(bench.told).toEqual([]);
    bench.reading();
    await bench.clock.advance(20_000);
    expect(bench.changes()).toEqual([true]);
  });

  it('knows so many machines at most, and tells of all that are silent, however many', async () => {
    const bench = silenceBench({ silentAfterMs: 5_000 }, { machinesMax: 300, batchMax: 7 });
    for (let i = 0; i < 400; i++) bench.reading(0, `m${i}`);
    await bench.clock.advance(20_000);
    expect(bench.silence.stats()).toMatchObject({ silent: 300, forgotten: 100 });
    const silent = bench.told.filter(({ silence }) => silence!.isSilent);
    expect(new Set(silent.map(({ machine }) => machine.machine)).size).toBe(300);
  });
});

describe('while the gateway takes no readings', () => {
  it('no machine is silent; every allowance begins anew when it takes them again', async () => {
    let isTaking = true;
    const bench = silenceBench({}, { isTaking: () => isTaking });
    for (let i = 0; i < 10; i++) {
      await bench.readings(1, 28_000);
      bench.reading(0, 'other');
    }
    isTaking = false;
    await bench.clock.advance(6 * 60 * minuteMs);
    expect(bench.changes()).toEqual([]);
    isTaking = true;
    bench.reading(0, 'other');
    await bench.clock.advance(80_000);
    expect([bench.changes(), bench.changes('other')]).toEqual([[], []]);
    await bench.clock.advance(30_000);
    expect([bench.changes(), bench.changes('other')]).toEqual([[true], [true]]);
  });

  it('no gap is learnt, however often that happens', async () => {
    let isTaking = true;
    const bench = silenceBench({}, { isTaking: () => isTaking });
    for (let i = 0; i < 40; i++) {
      await bench.readings(2, 30_000);
      isTaking = false;
      await bench.clock.advance(10 * minuteMs);
      isTaking = true;
      bench.reading();
    }
    const { rhythm } = bench.silence.of({ site: 's', machine: 'm', type: quietType })!;
    expect(rhythm.usualMs).toBeLessThan(40_000);
  });

  it('a short hitch tells nothing, and begins no allowance anew: hitches must not hide a dead machine', async () => {
    let isTaking = true;
    const bench = silenceBench({}, { isTaking: () => isTaking });
    await bench.readings(10, 30_000);
    for (let i = 0; i < 6; i++) {
      await bench.clock.advance(17_000);
      isTaking = false;
      await bench.clock.advance(2_000);
      isTaking = true;
    }
    expect(bench.changes()).toEqual([true]);
  });

  it('a machine that was silent before stays so, and is heard when it sends', async () => {
    let isTaking = true;
    const bench = silenceBench({}, { isTaking: () => isTaking });
    await bench.readings(10, 30_000);
    await bench.clock.advance(5 * minuteMs);
    isTaking = false;
    await bench.clock.advance(5 * minuteMs);
    expect(bench.changes()).toEqual([true]);
    isTaking = true;
    await bench.readings(1, 1_000);
    expect(bench.changes()).toEqual([true, false]);
  });
});

it('a machine that was retired is not silent, whatever its device says before it sends again', async () => {
  const bench = silenceBench();
  await bench.readings(10, 30_000);
  const hearing = bench.hearing();
  expect(bench.silence.forget(hearing.key)).toBe(true);
  bench.silence.said(hearing, false);
  await bench.clock.advance(5 * minuteMs);
  expect(bench.changes()).toEqual([]);
});

describe('a machine in maintenance', () => {
  it('is not silent, however long it lasts; its allowance begins when it is over', async () => {
    let isOn = false;
    const bench = silenceBench({}, { inMaintenance: () => isOn });
    await bench.readings(10, 30_000);
    isOn = true;
    await bench.clock.advance(6 * 3_600_000);
    bench.said(false);
    await bench.clock.advance(60_000);
    isOn = false;
    await bench.clock.advance(85_000);
    expect(bench.changes()).toEqual([]);
    await bench.clock.advance(60_000);
    expect(bench.changes()).toEqual([true]);
  });

  it('that is silent is not told again while people work on it', async () => {
    let isOn = false;
    const bench = silenceBench({}, { inMaintenance: () => isOn });
    await bench.readings(10, 30_000);
    await bench.clock.advance(200_000);
    const before = bench.told.length;
    isOn = true;
    await bench.clock.advance(12 * 3_600_000);
    expect(bench.told).toHaveLength(before);
    isOn = false;
    await bench.clock.advance(60_000);
    expect(bench.told.length).toBeGreaterThan(before);
    expect(bench.changes()).toEqual([true]);
  });

  it('that was silent before stays so until it is heard after it, and no gap of it is learnt', async () => {
    let isOn = false;
    const bench = silenceBench({}, { inMaintenance: () => isOn });
    await bench.readings(10, 30_000);
    await bench.clock.advance(200_000);
    expect(bench.changes()).toEqual([true]);
    isOn = true;
    for (let i = 0; i < 40; i++) await bench.readings(1, 600_000);
    expect(bench.changes()).toEqual([true]);
    isOn = false;
    await bench.readings(1, 30_000);
    expect(bench.changes()).toEqual([true, false]);
    expect(bench.silence.of({ site: 's', machine: 'm', type: quietType })!.rhythm.usualMs).toBe(30_000);
  });
});

it('that machines are heard is told once after a start, and again only of those of which somebody waits to hear it', async () => {
  const bench = silenceBench({}, {}, ({ machine }) => machine === 'was-silent');
  const machines = ['was-silent', ...Array.from({ length: 20 }, (_, i) => `m${i}`)];
  for (let minutes = 0; minutes < 120; minutes++) {
    for (const machine of machines) bench.reading(0, machine);
    await bench.clock.advance(minuteMs);
  }
  const told = (of: string) => bench.told.filter(({ machine }) => machine.machine === of).length;
  expect(machines.slice(1).map(told)).toEqual(Array(20).fill(1));
  expect(told('was-silent')).toBeGreaterThan(8);
});
