/** Levels that are remembered, forgotten, saved and restored. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { ListSaver } from '../kept-lists/list-saver.ts';
import { keptLevels } from './kept-levels.ts';
import { cellsOfSensor, LevelMemory } from './level-memory.ts';
import { Levels, type SavedMachine } from './levels.ts';

const day = 1_440;
const start = 20_454 * day;

const type: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: 60_000, windowRows: 30 },
  openSensors: false,
  sensors: [
    { name: 'speed', unit: '1/s', min: 0, max: 60 },
    { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
  ],
  alerts: [],
};
const fan = (machine: string) => ({ site: 'hall', machine, type });

const known = (memory: LevelMemory, tier: Parameters<LevelMemory['points']>[0]) =>
  memory.points(tier).levels.filter((level) => !Number.isNaN(level));

describe('a memory', () => {
  it('keeps means of minutes, medians of hours, and the second-worst hours of days and weeks', () => {
    const memory = new LevelMemory(start);
    for (let minute = 0; minute < 9 * day; minute++) {
      const hour = Math.floor(minute / 60) % 24;
      // One minute of each hour is odd, and so is one hour of each day.
      const odd = minute % 60 === 7 || hour === 3 ? 30 : 0;
      memory.take(hour / 10 + odd - 0.5, start + minute, true);
      memory.take(hour / 10 + odd + 0.5, start + minute, true);
    }
    memory.take(0, start + 9 * day, true);
    expect(known(memory, 'minutes')).toHaveLength(59);
    expect(known(memory, 'minutes').at(-1)).toBeCloseTo(2.3);
    expect(known(memory, 'hours').slice(-3)).toEqual([2.1, 2.2, 2.3].map(Math.fround));
    expect(known(memory, 'dayHighs')).toEqual(Array(9).fill(Math.fround(2.3)));
    expect(known(memory, 'dayLows')).toEqual(Array(9).fill(Math.fround(0.1)));
    expect(known(memory, 'weekHighs')).toEqual([Math.fround(2.3)]);
    expect(memory.save().cells).toHaveLength(cellsOfSensor);
    expect(memory.save().cells.byteLength).toBe(976);
  });

  it('has room for coarser levels only once there is one, and knows the same', () => {
    const memory = new LevelMemory(start);
    const bytes: number[] = [];
    const after = [0, 1, 59, 60, 61, day, day + 1, 7 * day, 14 * day];
    for (let minute = 0; minute <= 14 * day; minute++) {
      memory.take(minute, start + minute, true);
      if (after.includes(minute)) bytes.push(memory.save().cells.byteLength);
    }
    expect(bytes).toEqual([0, 240, 240, 432, 432, 768, 768, 976, 976]);
    expect(new LevelMemory(start).points('weekHighs')).toMatchObject({ levels: Array(25).fill(Number.NaN) });
    const short = new LevelMemory(start, { minute: start, cells: Float32Array.of(7) });
    expect(short.points('dayLows', 2).levels).toEqual([Number.NaN, Number.NaN]);
  });

  it('knows nothing of times in which nothing was sent', () => {
    const memory = new LevelMemory(start);
    for (let minute = 0; minute < 2 * day; minute++) memory.take(1, start + minute, true);
    memory.take(1, start + 5 * day, true);
    memory.take(1, start + 6 * day, true);
    expect(memory.points('dayHighs', 6).levels).toEqual([1, 1, Number.NaN, Number.NaN, Number.NaN, 1]);
    memory.take(1, start + 400 * day, true);
    for (const tier of ['minutes', 'hours', 'dayHighs', 'weekHighs'] as const)
      expect(known(memory, tier)).toEqual([]);
  });

  it('takes a late reading in its own minute while that is open, and leaves it out afterwards', () => {
    const memory = new LevelMemory(start);
    memory.take(1, start, true);
    memory.take(3, start, false);
    memory.take(5, start + 1, true);
    memory.take(100, start, false);
    memory.take(5, start + 2, true);
    expect(memory.points('minutes').levels.slice(-2)).toEqual([2, 5]);
    expect(memory.leftOut).toBe(1);
  });

  it('goes back with the clock of its machine after a day, and not for what was buffered or read again', () => {
    const memory = new LevelMemory(start);
    for (let minute = 0; minute < 3 * day; minute++) memory.take(1, start + minute, true);
    const ahead = start + 400 * day;
    memory.take(1, ahead, true);
    for (let minute = 0; minute < 2 * day; minute++) memory.take(9, start + minute, false);
    expect(memory.minute).toBe(ahead);
    for (let minute = 3 * day; minute < 4 * day; minute++) memory.take(2, start + minute, true);
    expect(memory.minute).toBe(ahead);
    for (let minute = 4 * day; minute < 5 * day; minute++) memory.take(2, start + minute, true);
    expect(memory.minute).toBe(start + 5 * day - 1);
    expect(known(memory, 'hours').at(-1)).toBe(2);
  });
});

describe('levels', () => {
  const feed = (levels: Levels, machine: string, days: number) => {
    const watched = levels.watched(fan(machine));
    for (let hour = 0; hour < days * 24; hour++)
      watched.take(Float32Array.of(25, 3), 0, 2, (start + hour * 60) * 60_000, false);
    return watched;
  };

  it('are taken by the memories once a minute, and whenever somebody asks', () => {
    const take = vi.spyOn(LevelMemory.prototype, 'take');
    const levels = new Levels();
    const watched = levels.watched(fan('fan-1'));
    for (let second = 0; second <= 120; second++)
      watched.take(Float32Array.of(25, second), 0, 2, (60 * start + second) * 1_000, false);
    expect(take.mock.calls).toEqual([
      [1_770, start, true, 60],
      [5_370, start + 1, true, 60],
    ]);
    watched.timesToLimits();
    expect(take).toHaveBeenLastCalledWith(120, start + 2, true, 1);
    watched.take(Float32Array.of(25, 3), 0, 2, (start + 2) * 60_000, false);
    const [saved] = [...levels.saved()];
    expect(take).toHaveBeenLastCalledWith(3, start + 2, true, 1);
    expect(saved?.sensors).toMatchObject([['vibration', { minute: start + 2 }]]);
    take.mockRestore();
  });

  it('are remembered of sensors with limits, and answered for with the limits that they have now', () => {
    const levels = new Levels();
    const watched = feed(levels, 'a', 12);
    expect(levels.stats()).toEqual({ machines: 1, sensors: 1, refused: 0 });
    expect(levels.of('hall', 'a')).toMatchObject([{ sensor: 'vibration', side: 'high', state: 'none' }]);
    const [speed, vibration] = type.sensors;
    watched.bind({ ...type, sensors: [speed!, { ...vibration!, warnLow: 1 }] });
    expect(levels.of('hall', 'a').map(({ side }) => side)).toEqual(['high', 'low']);
    watched.bind({ ...type, sensors: [speed!, { name: 'vibration', unit: 'mm/s', min: 0, max: 60 }] });
    expect(levels.of('hall', 'a')).toEqual([]);
    expect(levels.of('hall', 'b')).toEqual([]);
  });

  it('are bounded: a machine that is not watched makes room, one that is does not', () => {
    const levels = new Levels(2);
    feed(levels, 'a', 1);
    const b = feed(levels, 'b', 1);
    feed(levels, 'c', 1);
    expect(levels.stats()).toEqual({ machines: 3, sensors: 2, refused: 24 });
    b.bind(null);
    feed(levels, 'c', 1);
    expect(levels.stats()).toMatchObject({ machines: 2, sensors: 2, refused: 24 });
    expect(levels.of('hall', 'c')).toHaveLength(1);
  });

  it('are saved in bounded time, while machines come and go and readings find no room', () => {
    const levels = new Levels(3);
    const watched = ['a', 'b', 'c'].map((machine) => feed(levels, machine, 1));
    const saved: string[] = [];
    for (const { key } of levels.saved()) {
      saved.push(key);
      expect(saved.length).toBeLessThan(9);
      watched.shift()?.bind(null);
      watched.push(feed(levels, `new-${saved.length}`, 1));
      feed(levels, 'without-room', 1);
    }
    expect(saved).toEqual(['hall/a', 'hall/b', 'hall/c']);
  });

  it('of a machine that was replaced or retired are forgotten', () => {
    const levels = new Levels();
    const watched = feed(levels, 'a', 12);
    watched.clear();
    expect(levels.of('hall', 'a')).toEqual([]);
    feed(levels, 'a', 2);
    expect(levels.of('hall', 'a')).toMatchObject([{ state: 'learning' }]);
    levels.relearn('hall/a');
    expect(levels.stats()).toMatchObject({ machines: 1, sensors: 0 });
    expect(levels.forget('hall/a')).toBe(true);
    expect(levels.forget('hall/a')).toBe(false);
    expect(levels.stats()).toEqual({ machines: 0, sensors: 0, refused: 0 });
  });
});

describe('the file', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function inFolder(folder = mkdtempSync(join(tmpdir(), 'levels-'))) {
    if (!folders.includes(folder)) folders.push(folder);
    const codes: string[] = [];
    const log = { error: ({ code }: { code: string }) => codes.push(code) } as unknown as Log;
    const levels = new Levels();
    const path = join(folder, 'levels.json');
    const clock = manualClock();
    return {
      folder,
      path,
      codes,
      levels,
      clock,
      saved: new ListSaver({
        ...{ path, kept: keptLevels, owner: levels, saveMs: 3_600_000, changesAlways: true },
        ...{ clock, log },
      }),
    };
  }

  async function written() {
    const first = inFolder();
    await first.saved.start();
    first.saved.keep();
    const watched = first.levels.watched(fan('a'));
    for (let hour = 0; hour < 12 * 24; hour++)
      watched.take(Float32Array.of(25, 3 + hour / 1_000), 0, 2, (start + hour * 60) * 60_000, false);
    await first.saved.stop();
    return first;
  }

  it('brings back what was known, and rows of the journal that were known already change nothing', async () => {
    const { folder, levels } = await written();
    const second = inFolder(folder);
    await second.saved.start();
    expect([...second.levels.saved()]).toEqual([...levels.saved()]);
    const watched = second.levels.watched(fan('a'));
    for (let hour = 0; hour < 12 * 24 - 1; hour++)
      watched.take(Float32Array.of(25, 50), 0, 2, (start + hour * 60) * 60_000, true);
    expect([...second.levels.saved()]).toEqual([...levels.saved()]);
    expect(second.levels.of('hall', 'a')).toEqual(levels.of('hall', 'a'));
  });

  it('has levels as 32-bit little-endian floats in base64, and refuses half a level', () => {
    const saved = {
      key: 'hall/a',
      sensors: [['v', { minute: 7, cells: Float32Array.of(1, -2) }]],
    } as SavedMachine;
    const text = keptLevels.textOf(saved);
    expect(text).toBe('["hall/a",[["v",7,"AACAPwAAAMA="]]]');
    const file = (machine: string) =>
      JSON.parse(`{"format":"harbinger-levels","version":1,"machines":[${machine}],"check":1}`);
    const read = (machine: string) =>
      keptLevels.format.validate(file(machine), (problem) => new Error(problem));
    expect(read(text).machines).toEqual([saved]);
    expect(() => read(text.replace('AACAPwAAAMA=', 'AACAPwA='))).toThrow('5 bytes of levels');
  });

  it('is set aside if it is damaged, and left alone if it is newer; then nothing is written', async () => {
    const { folder, path } = await written();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"hall/a"', '"hall/b"'));
    const damaged = inFolder(folder);
    await damaged.saved.start();
    expect(readdirSync(folder)).toEqual(['levels.json.damaged']);
    expect(damaged.codes).toEqual(['LEVELS_DAMAGED']);
    expect(damaged.levels.stats().machines).toBe(0);

    writeFileSync(path, text.replace('"version":1', '"version":2'));
    const newer = inFolder(folder);
    await newer.saved.start();
    newer.saved.keep();
    await newer.saved.stop();
    expect(newer.codes).toEqual(['LEVELS_UNREADABLE']);
    expect(readFileSync(path, 'utf8')).toContain('"version":2');
  });
});
