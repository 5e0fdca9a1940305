/** Limits of single machines: kept, refused, bounded, told to the cloud, and applied to machines that are watched. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { Windows } from '../windows/windows.ts';
import { MachineLimitBook } from './own-limits.ts';

const types = loadMachineTypes();
const who = { by: 'maria', address: '10.0.0.9' };
const saw = { site: 'hall', machine: 'saw-1' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-limits-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A gateway's limits and windows, with one machine that sends a value a minute. */
async function gateway(machineType = 'generic') {
  const clock = manualClock();
  const said: string[] = [];
  const log = pino({}, { write: (line: string) => void said.push(line) });
  const path = join(folder, 'machine-limits.json');
  const book = new MachineLimitBook({ gateway: 'gw', path, clock, log });
  await book.load();
  const windows = new Windows({ types, machinesMax: 9, intervalMsMin: 0, clock, limited: book.limited });
  const events: HarbingerEvent[] = [];
  const cloud = { isDown: false };
  const outbox = {
    estimates: () => {},
    async event(event: HarbingerEvent) {
      if (cloud.isDown) throw new Error('the journal is full');
      events.push(event);
    },
  };
  book.connect(windows, outbox);
  const columns = types.get(machineType)!.sensors.length;
  const startMs = clock.nowMs();
  let minutes = 0;
  const due = () => {
    const taken = windows.take(1);
    const [input] = taken.map(alertInput);
    windows.release(taken);
    return input ?? null;
  };
  const add = (value: number) => {
    const values = new Float32Array(columns + 1).fill(Number.NaN);
    values[columns] = value;
    clock.advanceNow(60_000);
    windows.add({
      newMachines: minutes === 0 ? [{ machineIndex: 0, ...saw, machineType }] : [],
      newSensors: minutes === 0 ? [{ machineIndex: 0, sensor: 'force' }] : [],
      machineIndex: Int32Array.of(0),
      timeMs: Float64Array.of(startMs + ++minutes * 60_000),
      offset: Int32Array.of(0, values.length),
      values,
      replay: false,
    });
    return due();
  };
  return { book, windows, events, cloud, add, due, path, clock, said };
}
const force = { ...saw, sensor: 'force' };
type Due = ReturnType<Awaited<ReturnType<typeof gateway>>['due']>;
const met = (input: Due) =>
  input?.limits?.map((state) => `${state.met?.severity ?? '-'} ${state.met?.at ?? '-'}`);

describe('limits of a machine whose type has none', () => {
  it('are met after the delay, also where they were set before the machine was heard', async () => {
    const { book, add } = await gateway();
    expect(await book.set(force, { warn: 40 }, who)).toEqual({ isKnown: false });
    expect(add(50)).toBeNull();
    expect(met(add(50))).toEqual(['warning 40']);
  });

  it('wait for their delay where no limit was met, and decide at once where one was', async () => {
    const { book, add, due, clock } = await gateway();
    for (let i = 0; i < 3; i++) add(50);
    expect(await book.set(force, { warn: 40 }, who)).toEqual({ isKnown: true });
    expect(due()).toMatchObject({ limitsChanged: { sensors: ['force'], by: 'maria' } });
    expect(met(add(50))).toEqual(['warning 40']);
    const changed = async (limits: { warn?: number; alarm?: number }) => {
      await book.set(force, limits, who);
      clock.advanceNow(1_000);
      return due();
    };
    expect(met(await changed({ warn: 40, alarm: 45 }))).toEqual(['critical 45']);
    expect(met(await changed({ warn: 45, alarm: 60 }))).toEqual(['warning 45']);
    const away = await changed({ warn: 60 });
    expect(away).toMatchObject({ limitsChanged: { by: 'maria' } });
    expect(away?.limits).toBeUndefined();
    expect(add(50)?.limitsChanged).toBeUndefined();
  });

  it('are gone when they are cleared', async () => {
    const { book, windows, add, due, clock } = await gateway();
    await book.set(force, { warn: 40 }, who);
    for (let i = 0; i < 3; i++) add(50);
    expect(await book.clear(saw, who)).toBe(1);
    clock.advanceNow(1_000);
    expect(due()).toMatchObject({ isShort: true, limitsChanged: { sensors: ['force'] } });
    expect(windows.typeOf('hall', 'saw-1')?.sensors.at(-1)).not.toHaveProperty('warn');
    expect(await book.clear(saw, who)).toBe(0);
  });
});

it('limits stand in place of all limits of the type, and the type keeps its own', async () => {
  const { book, add, windows } = await gateway('motor');
  add(1);
  await book.set({ ...saw, sensor: 'vibration' }, { alarm: 9 }, who);
  const mine = windows.typeOf('hall', 'saw-1')!.sensors.find(({ name }) => name === 'vibration');
  expect([mine?.warn, mine?.alarm]).toEqual([undefined, 9]);
  expect(types.get('motor')!.sensors[0]).toMatchObject({ name: 'vibration', warn: 2.8, alarm: 4.5 });
  const listed = book.list(saw).map(({ sensor, from, limits }) => [sensor, from, limits.alarm]);
  expect(listed).toContainEqual(['vibration', 'machine', 9]);
  expect(listed).toContainEqual(['vibration_x', 'type', 4.5]);
  expect(book.list()).toHaveLength(1);
});

it('what the cloud could not be told is told when the journal takes it again, and once', async () => {
  const { book, cloud, events, clock } = await gateway();
  cloud.isDown = true;
  await book.tellUnsent();
  await book.set(force, { warn: 40 }, who);
  await clock.advance(60_000);
  expect(events).toEqual([]);
  cloud.isDown = false;
  await clock.advance(10_000);
  const told = [{ data: { record: 'limits' } }, { data: { limits: { force: { warn: 40 } } } }];
  await vi.waitFor(() => expect(events).toMatchObject(told));
  await clock.advance(60_000);
  expect(events.length).toBe(2);
  cloud.isDown = true;
  await book.set(force, { warn: 41 }, who);
  book.stop();
  cloud.isDown = false;
  await clock.advance(60_000);
  expect(events.length).toBe(2);
});

it('what is kept, too, is told once the journal takes it, all of it', async () => {
  const first = await gateway();
  await first.book.tellUnsent();
  for (const machine of ['saw-1', 'saw-2']) await first.book.set({ ...force, machine }, { warn: 40 }, who);
  const { book, cloud, events, clock } = await gateway();
  cloud.isDown = true;
  await book.tellUnsent();
  cloud.isDown = false;
  await clock.advance(10_000);
  const retold = () => events.filter(({ data }) => 'isRetold' in data || 'names' in data);
  await vi.waitFor(() =>
    expect(retold().map(({ subject }) => subject)).toEqual([undefined, 'hall/saw-1', 'hall/saw-2']),
  );
});

describe('over a restart', () => {
  it('limits and their changes are kept, and the cloud is told what it was not', async () => {
    const first = await gateway();
    first.cloud.isDown = true;
    await first.book.set(force, { warn: 40, deadBand: 2 }, { ...who, note: 'new blade' });
    expect(first.events).toEqual([]);
    const second = await gateway();
    await second.book.tellUnsent();
    expect(second.events).toMatchObject([
      { type: 'io.harbinger.record.begun.v1', data: { record: 'limits' } },
      {
        type: 'io.harbinger.machine.limits.v1',
        data: { by: 'maria', limits: { force: { warn: 40, deadBand: 2 } } },
      },
    ]);
    expect(second.book.list()).toMatchObject([{ ...force, by: 'maria', limits: { warn: 40, deadBand: 2 } }]);
    expect(second.book.changes(9)).toMatchObject([{ ...force, ...who, note: 'new blade' }]);
  });

  it('the cloud is told first that the record is new where there was none, and once under one id', async () => {
    const first = await gateway();
    await first.book.tellUnsent();
    expect(first.events).toMatchObject([{ data: { record: 'limits' } }]);
    const again = await gateway();
    await again.book.tellUnsent();
    expect(again.events).toMatchObject([{ data: { record: 'limits', names: [], upTo: null } }]);
    rmSync(again.path);
    const lost = await gateway();
    lost.cloud.isDown = true;
    await lost.book.set(force, { warn: 40 }, who);
    lost.cloud.isDown = false;
    await lost.book.set(force, { warn: 41 }, who);
    const restarted = await gateway();
    await restarted.clock.advance(5_000);
    await restarted.book.tellUnsent();
    const types = lost.events.map(({ type }) => type.split('.')[3]);
    expect(types).toEqual(['begun', 'limits']);
    const begun = restarted.events.filter(({ type }) => type === lost.events[0]?.type);
    expect(begun.map(({ id }) => id)).toEqual([lost.events[0]?.id]);
  });

  it('what is kept is told as it is, once at each start, because it may be an older copy', async () => {
    const first = await gateway();
    await first.book.tellUnsent();
    await first.book.set(force, { warn: 40 }, who);
    await first.book.set({ ...force, machine: 'saw-2' }, { warn: 41 }, who);
    const second = await gateway();
    await second.clock.advance(5_000);
    await second.book.tellUnsent();
    await second.book.tellUnsent();
    // Before it, the change that was told and not yet noted as told.
    expect(second.events.slice(1).map(({ data }) => data)).toMatchObject([
      { record: 'limits', after: '', upTo: null, names: ['hall/saw-1', 'hall/saw-2'] },
      { machine: 'saw-1', limits: { force: { warn: 40 } }, by: 'maria', isRetold: true },
      { machine: 'saw-2', limits: { force: { warn: 41 } }, isRetold: true },
    ]);
    const ids = [...first.events, ...second.events.slice(1)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a damaged file is set aside and said, and one of a newer version stops the start', async () => {
    const { book, path } = await gateway();
    await book.set(force, { warn: 40 }, who);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"warn":40', '"warn":41'));
    const damaged = await gateway();
    expect(damaged.book.list()).toEqual([]);
    expect(damaged.said.join()).toContain('LIMITS_DAMAGED');
    writeFileSync(path, text.replace('"version":1', '"version":2'));
    await expect(gateway()).rejects.toMatchObject({ code: 'LIMITS_VERSION' });
  });

  it('a change that cannot be written is refused, and those before stay', async () => {
    const { book } = await gateway();
    await book.set(force, { warn: 40 }, who);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder');
    await expect(book.set(force, { warn: 50 }, who)).rejects.toMatchObject({ code: 'LIMITS_UNWRITABLE' });
    expect(book.list()).toMatchObject([{ limits: { warn: 40 } }]);
    rmSync(folder);
    await book.set(force, { warn: 60 }, who);
    expect((await gateway()).book.list()).toMatchObject([{ limits: { warn: 60 } }]);
  });
});

describe('refused are', () => {
  it.each([
    [{ warn: 4, alarm: 4 }, /alarm must differ from warn/],
    [{ warn: 130, alarm: 120 }, /^warn 130 is above alarm 120: give the lower one as warn .*--warn-low/],
    [{ warn: 4, warnLow: 5 }, /warn \(4\) must be above warnLow \(5\)/],
    [{ deadBand: 1 }, /deadBand is set without a limit/],
  ])('%j', async (limits, problem) => {
    const { book } = await gateway();
    await expect(book.set(force, limits, who)).rejects.toMatchObject({
      code: 'LIMITS_INVALID',
      message: expect.stringMatching(problem),
    });
  });

  it('a sensor that the type does not have, and a type whose limits raise no alert', async () => {
    const { book, add } = await gateway('turbofan');
    add(1);
    await expect(book.set(force, { warn: 1 }, who)).rejects.toMatchObject({ code: 'LIMITS_INVALID' });
    const [declared] = types.get('turbofan')!.sensors;
    await expect(book.set({ ...saw, sensor: declared!.name }, { warn: 1 }, who)).rejects.toThrow(
      /limitAlerts/,
    );
  });

  it('more sensors of a machine than there may be', async () => {
    const { book } = await gateway();
    for (let i = 0; i < 256; i++) await book.set({ ...saw, sensor: `s${i}` }, { warn: 1 }, who);
    await expect(book.set({ ...saw, sensor: 'more' }, { warn: 1 }, who)).rejects.toMatchObject({
      code: 'LIMITS_TOO_MANY',
    });
    await book.set({ ...saw, sensor: 's0' }, { warn: 2 }, who);
    expect(book.stats()).toEqual({ machines: 1, sensors: 256 });
  });
});
