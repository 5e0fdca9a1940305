import { describe, expect, it, vi } from 'vitest';
import type { Log } from '../../../shared/runtime/log.ts';
import { growthsInto } from '../growths.ts';
import { alertInput } from './watched-machine.ts';
import { batch, named, newWindows, type Row, type } from './windows.testing.ts';
import type { Windows } from './windows.ts';
import type { WindowsOptions } from './windows-options.ts';

/** Adds m0 with four full rows at 0 … 3 ms: a = row, b = 10 · row. */
function filled(options: Partial<WindowsOptions> = {}) {
  const made = newWindows(options);
  const rows: Row[] = [0, 1, 2, 3].map((row) => [0, row, row, 10 * row]);
  const due = made.windows.add(batch(rows, { newMachines: named('m0') }));
  return { ...made, due };
}

const windowOf = (windows: Windows) => [...alertInput(windows.take(1)[0]!, 0).window];

describe('a window', () => {
  it('is due when it is full, oldest row first', () => {
    const { windows, due } = filled();
    expect(due).toBe(true);
    const [machine] = windows.take(10);
    expect(alertInput(machine!, 0)).toMatchObject({
      machine: { site: 's', machine: 'm0', type },
      timeMs: 3,
      rows: 4,
      window: Float32Array.from([0, 0, 1, 10, 2, 20, 3, 30]),
    });
  });

  it('is not due before', () => {
    const { windows } = newWindows();
    const rows: Row[] = [0, 1, 2].map((row) => [0, row, 1, 1]);
    expect(windows.add(batch(rows, { newMachines: named('m0') }))).toBe(false);
    expect(windows.take(10)).toEqual([]);
    expect(windows.nextDueMs()).toBeNull();
  });

  it('keeps the newest rows', () => {
    const { windows } = filled();
    windows.add(batch([[0, 4, 4, 40]]));
    expect(windowOf(windows)).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
  });

  it('is a copy that later rows do not change', () => {
    const { windows } = filled();
    const input = alertInput(windows.take(1)[0]!, 0);
    windows.add(batch([[0, 4, 4, 40]]));
    expect(input.window[7]).toBe(30);
  });

  it('ignores readings older than the newest, and accepts equal times', () => {
    const { windows } = filled();
    windows.add(
      batch([
        [0, 2, 99, 99],
        [0, 3, 4, 40],
      ]),
    );
    expect(windows.stats()).toMatchObject({ late: 1, rows: 5 });
    expect(windowOf(windows)).toEqual([1, 10, 2, 20, 3, 30, 4, 40]);
  });

  it('is filled by a replay without being due, and due with the first live row', () => {
    const { windows } = newWindows();
    const rows: Row[] = [0, 1, 2, 3].map((row) => [0, row, row, row]);
    expect(windows.add(batch(rows, { newMachines: named('m0'), replay: true }))).toBe(false);
    expect(windows.take(1)).toEqual([]);
    expect(windows.add(batch([[0, 4, 4, 4]]))).toBe(true);
    expect(windowOf(windows)).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it('and its learned baseline are reset when the machine is replaced', () => {
    const { windows } = filled();
    const identity = windows.take(1)[0]!.identity;
    expect(windows.baselineOf(identity)!.rows).toBe(4);
    windows.reset('s', 'm0');
    expect(windows.baselineOf(identity)!.rows).toBe(0);
    windows.add(batch([[0, 4, 1, 1]]));
    expect(windows.take(1)).toEqual([]);
    windows.reset('s', 'never seen');
  });

  it('does not exist for a machine of unknown type, whose readings are counted', () => {
    const { windows } = newWindows();
    const newMachines = named('x', 'm1').map((each) =>
      each.machine === 'x' ? { ...each, machineType: 'unheard' } : each,
    );
    windows.add(
      batch(
        [
          [0, 0, 1, 1],
          [1, 0, 1, 1],
        ],
        { newMachines },
      ),
    );
    expect(windows.stats()).toMatchObject({ unknown: 1, machines: 1, rows: 1 });
  });
});

describe('what was retired', () => {
  const rows = (machine: number, from: number): Row[] =>
    Array.from({ length: 4 }, (_, i) => [machine, from + i, i, i]);

  it('is a machine whose window goes with its place, and that begins anew under another index', () => {
    const { windows } = newWindows({ machinesMax: 1 });
    windows.add(batch(rows(0, 0), { newMachines: named('m0') }));
    expect(windows.take(9)).toHaveLength(1);
    const retired = [{ machineIndex: 0 }];
    expect(windows.add(batch(rows(0, 4), { retired }))).toBe(false);
    expect(windows.stats()).toMatchObject({ machines: 0, unknown: 4 });
    const again = { machineIndex: 1, site: 's', machine: 'm0', machineType: 'rig' };
    expect(windows.add(batch(rows(1, 0), { newMachines: [again] }))).toBe(true);
    expect(windows.stats()).toMatchObject({ machines: 1, unwatched: 0 });
  });

  it('is known under its own index, also if batches overtake one another', () => {
    const { windows } = newWindows();
    const [m0, m1] = named('m0', 'm1');
    windows.add(batch(rows(1, 0), { newMachines: [m1!] }));
    windows.add(batch([], { newMachines: [m0!] }));
    expect(windows.take(9).map(({ key }) => key)).toEqual(['s/m1']);
  });

  it('is a sensor whose fault ends and whose last value is not repeated', () => {
    const { windows } = newWindows();
    const fault = { machineIndex: 0, column: 1, row: 0, value: -127, isBeyondAlarm: false };
    windows.add(batch(rows(0, 0), { newMachines: named('m0') }));
    windows.add(batch([], { refused: [fault] }));
    const [machine] = windows.take(1);
    expect(alertInput(machine!, 0).faults).toHaveLength(1);
    windows.release([machine!]);
    windows.add(batch([], { retired: [{ machineIndex: 0, column: 1 }] }));
    for (const at of [5, 6]) windows.add(batch([[0, at, at]]));
    const input = alertInput(machine!, 0);
    expect(input.faults).toBeUndefined();
    expect([...input.window].filter((_, i) => i % 2 === 1)).toEqual(Array(4).fill(Number.NaN));
  });

  it('is a sensor of an open type: the machine goes on without it, and with what is normal for the others', () => {
    const { windows } = newWindows();
    const of = (machineIndex: number) => ({ machineIndex, site: 's', machine: 'o', machineType: 'open' });
    const sensors = (machineIndex: number, ...names: string[]) =>
      names.map((sensor) => ({ machineIndex, sensor }));
    const many = Array.from({ length: 30 }, (_, i): Row => [0, 4 * i, i % 3, 7]);
    windows.add(batch(many, { newMachines: [of(0)], newSensors: sensors(0, 'x', 'y') }));
    const identity = { site: 's', machine: 'o', type };
    const learnt = windows.baselineOf(identity)!.rows;
    windows.add(
      batch([[1, 200, 1]], {
        retired: [{ machineIndex: 0 }],
        newMachines: [of(1)],
        newSensors: sensors(1, 'x'),
      }),
    );
    windows.add(batch([[1, 204, 2]]));
    expect(windows.baselineOf(identity)!.rows).toBeGreaterThan(learnt);
    expect(windows.stats().machines).toBe(1);
  });
});

describe('a machine of an open type', () => {
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'o', machineType: 'open' }];
  const sensors = (...names: string[]) => names.map((name) => ({ machineIndex: 0, sensor: name }));

  it('gets columns as its sensors appear', () => {
    const { windows } = newWindows();
    windows.add(batch([[0, 0, 1]], { newMachines, newSensors: sensors('x') }));
    windows.add(batch([[0, 1, 2]]));
    windows.add(
      batch(
        [
          [0, 2, 3, 30],
          [0, 3, 4, 40],
        ],
        { newSensors: sensors('y') },
      ),
    );
    const input = alertInput(windows.take(1)[0]!, 0);
    expect(input.machine.type.sensors.map(({ name }) => name)).toEqual(['x', 'y']);
    expect([...input.window]).toEqual([1, Number.NaN, 2, Number.NaN, 3, 30, 4, 40]);
  });

  it('keeps what is known of its sensors when it gets another: one line names them', () => {
    const said: object[] = [];
    const log = { info: (fields: object) => said.push(fields) } as unknown as Log;
    const { windows } = newWindows({ grown: growthsInto(log) });
    const rows = Array.from({ length: 700 }, (_, i): Row => [0, 4 * i, i % 3, 7 + (i % 5)]);
    windows.add(batch(rows, { newMachines, newSensors: sensors('x', 'y') }));
    const { rows: learnt } = windows.baselineOf({ site: 's', machine: 'o' })!;
    windows.add(batch([[0, 2_800, 1, 8, 30, 5]], { newSensors: sensors('z', 'w') }));
    windows.add(batch([[0, 2_804, 1, 8, 30, 5]]));
    expect(windows.baselineOf({ site: 's', machine: 'o' })!.rows).toBeGreaterThan(learnt);
    expect(said).toEqual([]);
    return vi.waitFor(() => expect(said).toEqual([{ machine: 's/o', began: 'z, w', kept: 'x, y' }]));
  });

  it('is watched by its first 64 sensors', () => {
    const { windows } = newWindows();
    const names = Array.from({ length: 70 }, (_, i) => `s${i}`);
    const row = (time: number): Row => [0, time, ...names.map((_, i) => i)];
    windows.add(batch([0, 1, 2, 3].map(row), { newMachines, newSensors: sensors(...names) }));
    const input = alertInput(windows.take(1)[0]!, 0);
    expect(input.machine.type.sensors).toHaveLength(64);
    expect(input.window).toHaveLength(4 * 64);
  });
});

describe('the machines that are due', () => {
  it('are queued once however many rows arrive, and rest between assessments', () => {
    const { windows, clock } = filled();
    windows.add(batch([4, 5, 6].map((row): Row => [0, row, row, row])));
    const taken = windows.take(10);
    expect(taken).toHaveLength(1);
    windows.add(batch([[0, 7, 7, 7]]));
    expect(windows.take(10)).toEqual([]);
    windows.release(taken);
    expect(windows.take(10)).toEqual([]);
    expect(windows.nextDueMs()).toBe(200);
    clock.advanceNow(200);
    expect(windows.take(10)).toHaveLength(1);
  });

  it('are not taken again while a decision about them is in flight', () => {
    const { windows, clock } = filled();
    const taken = windows.take(10);
    windows.add(batch([[0, 4, 4, 4]]));
    clock.advanceNow(9_000);
    expect(windows.take(10)).toEqual([]);
    windows.release(taken);
    expect(windows.take(10)).toHaveLength(1);
  });

  it('need no timer once they are quiet', () => {
    const { windows, clock } = filled();
    windows.release(windows.take(10));
    clock.advanceNow(4_000);
    expect(windows.take(10)).toEqual([]);
    expect(windows.nextDueMs()).toBeNull();
  });

  it('are returned in the order in which they became due, up to a limit', () => {
    const { windows } = newWindows();
    const names = ['m0', 'm1', 'm2'];
    const rows = [2, 0, 1].flatMap((index) => [0, 1, 2, 3].map((time): Row => [index, time, 1, 1]));
    windows.add(batch(rows, { newMachines: named(...names) }));
    expect(windows.take(2).map(({ key }) => key)).toEqual(['s/m2', 's/m0']);
    expect(windows.take(2).map(({ key }) => key)).toEqual(['s/m1']);
  });
});

describe('a bounded number of machines', () => {
  const four = (index: number, from: number) =>
    [0, 1, 2, 3].map((row): Row => [index, from + row, index, index]);

  it('evicts the machine that was silent longest', () => {
    const { windows, clock } = newWindows({ machinesMax: 2 });
    windows.add(batch([...four(0, 0), ...four(1, 0)], { newMachines: named('m0', 'm1', 'm2') }));
    clock.advanceNow(60_000);
    windows.add(batch([[0, 9, 0, 0]]));
    windows.add(batch(four(2, 0)));
    expect(windows.stats()).toMatchObject({ machines: 2, evicted: 1 });
    expect(windows.take(10).map(({ key }) => key)).toEqual(['s/m0', 's/m2']);
    clock.advanceNow(60_000);
    windows.add(batch(four(1, 10)));
    expect(windows.take(10).map(({ key }) => key)).toEqual(['s/m1']);
    expect(windows.stats()).toMatchObject({ machines: 2, evicted: 2, unwatched: 0 });
  });

  it('evicts no machine that still sends: further ones are not watched', () => {
    const { windows, clock } = newWindows({ machinesMax: 2 });
    const newMachines = named('m0', 'm1', 'm2');
    for (let row = 0; row < 4; row++) {
      const rows = [0, 1, 2].map((index): Row => [index, row, index, index]);
      windows.add(batch(rows, row === 0 ? { newMachines } : {}));
      clock.advanceNow(30_000);
    }
    expect(windows.take(10).map(({ key }) => key)).toEqual(['s/m0', 's/m1']);
    expect(windows.stats()).toMatchObject({ machines: 2, evicted: 0, unwatched: 4 });
  });
});

it('a machine that learns anew what is normal keeps its window; an unknown one is not known', () => {
  const { windows } = newWindows();
  windows.add(batch([[0, 1, 1, 1]], { newMachines: named('a') }));
  for (let i = 2; i < 9; i++) windows.add(batch([[0, i * 1_000, 1, 1]]));
  const identity = { site: 's', machine: 'a', type };
  expect(windows.baselineOf(identity)!.rows).toBe(8);
  expect(['a', 'b'].map((name) => windows.relearn('s', name, { by: 'ada', note: 'a new seal' }))).toEqual([
    true,
    null,
  ]);
  expect(windows.baselineOf(identity)!.rows).toBe(0);
  expect(windows.take(1).map(({ window }) => window.ready)).toEqual([true]);
  windows.add(batch([[0, 10_000, 1, 1]]));
  expect(windows.baselineOf(identity)!.rows).toBe(1);
});
