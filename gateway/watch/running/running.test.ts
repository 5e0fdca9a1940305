/** Rest and start-up: which readings are judged, and what a machine at rest is spared. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { typeProblems } from '../../../shared/domain/type-problems.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { silenceBench } from '../silence/silence.testing.ts';
import { batch, newWindows, type Row, type } from '../windows/windows.testing.ts';
import { Running } from './running.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const runsWhen = { sensor: 'b', above: 100 };
const fan: MachineType = { ...type, runsWhen, settleMs: 5 * minuteMs, stepMs: minuteMs };

/** Whether readings of `b`, a minute apart, are set aside: a character each. */
function aside(running: Running, values: readonly number[], of = fan, fromMs = 0): string {
  return values
    .map((value, i) => running.takes(of, Float32Array.of(1, value), 0, 2, fromMs + i * minuteMs))
    .map((isAside) => (isAside ? '-' : 'x'))
    .join('');
}

describe('a machine', () => {
  it('rests while its sensor is not above, settles after its start, and is judged then', () => {
    const running = Running.of(fan)!;
    expect(aside(running, [150, 150, 0, 0, 100, 150, 150, 150, 150, 150, 150])).toBe('xx---' + '-----x');
  });

  it('of which nothing is known runs, and a reading without that sensor changes nothing', () => {
    expect(aside(Running.of(fan)!, [Number.NaN, 0, Number.NaN, Number.NaN])).toBe('x---');
    expect(Running.of(type)).toBeNull();
  });

  it('settles after it was not heard for long, also if its type does not say when it runs', () => {
    const running = Running.of({ ...type, settleMs: 2 * minuteMs, stepMs: minuteMs })!;
    expect(aside(running, [1, 1])).toBe('xx');
    expect(aside(running, [1, 1, 1], fan, 5 * minuteMs)).toBe('xxx');
    expect(aside(running, [1, 1, 1], fan, 3 * hourMs)).toBe('--x');
  });

  it('that sends every quarter of an hour is judged all the same, and its running time counts', () => {
    const running = Running.of(fan)!;
    const judged = Array.from({ length: 8 }, (_, i) =>
      aside(running, [150], fan, (i < 7 ? i : i + 8) * 15 * minuteMs),
    );
    // After the first pause nothing is known of its way of sending, and the last pause is far longer.
    expect(judged.join('')).toBe('x-xxxxx-');
    expect(running.ran.ms).toBe(5 * 15 * minuteMs);
  });

  it('of an open type is known to rest once it has the sensor; a late reading changes nothing', () => {
    const open: MachineType = { ...fan, sensors: [type.sensors[0]!], openSensors: true };
    const running = Running.of(open)!;
    expect(aside(running, [0, 0], open)).toBe('xx');
    expect(aside(running, [0, 0], fan, hourMs)).toBe('--');
    expect(aside(running, [150], fan, 20 * minuteMs)).toBe('x');
    expect(running.isResting).toBe(true);
  });
});

describe('the running time of a machine', () => {
  it('is that between readings of which the first says that it runs; a long silence and late readings count nothing', () => {
    const running = Running.of(fan)!;
    aside(running, [150, 150, 150, 0, 0, 0, 150, 150]);
    expect(running.ran.ms / minuteMs).toBe(4);
    aside(running, [150, 150], fan, minuteMs);
    expect(running.ran.ms / minuteMs).toBe(4);
    aside(running, [150, 150], fan, 5 * hourMs);
    expect(running.ran.ms / minuteMs).toBe(5);
    running.begin();
    expect(running.ran.ms).toBe(0);
  });

  it('goes on after a restart, and readings that are read again count once', () => {
    const before = Running.of(fan)!;
    aside(before, [150, 150, 150, 150, 150]);
    // Saved in the third minute, ended in the fifth, and read again from the first.
    const saved = { ms: 2 * minuteMs, countedToMs: 2 * minuteMs };
    const after = Running.of(fan, false, saved)!;
    aside(after, [150, 150, 150, 150, 150]);
    expect(after.ran).toEqual(before.ran);
  });
});

it('a type may name only a sensor that its machines have', () => {
  const problems = (more: Partial<MachineType>) => typeProblems({ ...type, ...more }).map(({ key }) => key);
  expect(problems({ runsWhen })).toEqual([]);
  expect(problems({ runsWhen: { sensor: 'speed', above: 1 } })).toEqual(['runsWhen.sensor']);
  expect(problems({ runsWhen: { sensor: 'speed', above: 1 }, openSensors: true })).toEqual([]);
  expect(problems({ silentAtRestAfterMs: 1 })).toEqual(['silentAtRestAfterMs']);
  const [tank, ...others] = type.sensors;
  const restLimits = (more: object) => ({ sensors: [{ ...tank!, limitsAtRest: true, ...more }, ...others] });
  expect(problems({ ...restLimits({ warn: 5 }), runsWhen })).toEqual([]);
  expect(problems(restLimits({ warn: 5 }))).toEqual(['sensors[0].limitsAtRest']);
  expect(problems({ ...restLimits({}), runsWhen })).toEqual(['sensors[0].limitsAtRest']);
});

it('readings at rest and of the start are in no window, teach nothing and meet no limit', () => {
  const clock = manualClock(0);
  const limited = { ...fan, name: 'fan', sensors: [{ ...type.sensors[0]!, warn: 5 }, type.sensors[1]!] };
  const { windows } = newWindows({ clock, intervalMsMin: 0, types: new Map([['fan', limited]]) });
  const machines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  let minutes = 0;
  const add = (a: number, b: number, newMachines: typeof machines = []) => {
    clock.advanceNow(minuteMs);
    windows.add(batch([[0, minutes++ * minuteMs, a, b]], { newMachines }));
  };
  const met = () => {
    const taken = windows.take(9);
    windows.release(taken);
    return taken.flatMap(({ limits }) => limits?.list().filter((each) => each.met) ?? []);
  };
  add(1, 150, machines);
  add(1, 150);
  const rows = () => windows.stats().rows;
  const [before, learnt] = [rows(), windows.baselineOf({ site: 's', machine: 'm', type: limited })!.rows];
  for (let i = 0; i < 30; i++) add(9, 0);
  for (let i = 0; i < 5; i++) add(9, 150);
  expect([rows(), windows.stats().aside, met()]).toEqual([before, 35, []]);
  expect(windows.baselineOf({ site: 's', machine: 'm', type: limited })!.rows).toBe(learnt);
  add(9, 150);
  expect(met()).toEqual([]);
  add(9, 150);
  expect(met()).toMatchObject([{ sensor: 'a', value: 9 }]);
});

it('limits that hold at rest are met and ended there, in a start too, and those of other sensors are not', () => {
  const clock = manualClock(0);
  const tank = { ...type.sensors[0]!, warn: 5, deadBand: 1, limitsAtRest: true };
  const limited = { ...fan, name: 'fan', sensors: [tank, { ...type.sensors[1]!, alarmLow: 50 }] };
  const { windows } = newWindows({ clock, intervalMsMin: 0, types: new Map([['fan', limited]]) });
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  let minutes = 0;
  /** Sends `a` and `b`, and returns what is met, if somebody is to decide on it, and since which minute. */
  const add = (a: number, b: number, atMinutes = ++minutes) => {
    clock.advanceNow(minuteMs);
    windows.add(batch([[0, atMinutes * minuteMs, a, b]], minutes === 1 ? { newMachines } : {}));
    const taken = windows.take(9);
    windows.release(taken);
    return taken.flatMap(({ limits, window }) => [
      window.newestMs / minuteMs,
      ...(limits?.list() ?? []).flatMap(({ sensor, met }) => (met ? [sensor, met.sinceMs / minuteMs] : [])),
    ]);
  };
  for (let i = 0; i < 40; i++) add(1, 150);
  for (let i = 0; i < 5; i++) expect(add(1, 0)).toEqual([]);
  expect(add(9, 0)).toEqual([]);
  expect(add(9, 0)).toEqual([minutes, 'a', minutes - 1]);
  expect(add(9, 0)).toEqual([]);
  // One that comes late, and one that has no value, end nothing.
  expect(add(1, 0, minutes - 2)).toEqual([]);
  expect(add(Number.NaN, 0)).toEqual([]);
  // In the start it ends.
  expect(add(1, 150)).toEqual([]);
  expect(add(1, 150)).toEqual([minutes]);
});

it('a sensor that sent what it cannot is well again at rest too, or goes on; what it first sends there does not count', () => {
  const clock = manualClock();
  const { windows } = newWindows({
    clock,
    intervalMsMin: 0,
    types: new Map([['fan', { ...fan, name: 'fan' }]]),
  });
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  let minutes = 0;
  /** Sends a reading, of which `a` may be refused, and returns what somebody is to decide on: the faults, or nothing. */
  const add = (b: number, isRefused = false) => {
    clock.advanceNow(minuteMs);
    const refused = isRefused
      ? [{ machineIndex: 0, column: 0, row: 0, value: -127, isBeyondAlarm: false }]
      : [];
    const row: Row = [0, minutes * minuteMs, isRefused ? Number.NaN : 1, b];
    windows.add(batch([row], { refused, ...(minutes++ === 0 && { newMachines }) }));
    const taken = windows.take(9);
    windows.release(taken);
    return taken.flatMap(({ faults, identity }) => faults?.list(identity.type.sensors).length ?? 0);
  };
  for (let i = 0; i < 20; i++) add(150);
  add(0);
  expect(add(0, true)).toEqual([]);
  for (let i = 0; i < 20; i++) add(150);
  expect(add(150, true)).toEqual([1]);
  expect(add(0)).toEqual([0]);
  expect(add(0, true)).toEqual([1]);
  for (let i = 0; i < 61; i++) expect(add(0)).toEqual([0]);
  expect(add(0, true)).toEqual([0]);
});

describe.each([
  ['keeps one value', 20],
  ['is not sent', Number.NaN],
])('a sensor that %s', (_, held) => {
  it.each([
    [0, 0],
    [150, 1],
  ])('while the machine turns at %d is told of %d times', (speed, told) => {
    const clock = manualClock();
    const random = seededRandom(3);
    const sensors = [type.sensors[0]!, type.sensors[1]!, { ...type.sensors[0]!, name: 'c' }];
    const types = new Map([['fan', { ...fan, name: 'fan', sensors }]]);
    const { windows } = newWindows({ clock, intervalMsMin: 0, types });
    const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
    let minutes = 0;
    let out = 0;
    const add = (a: number, b: number) => {
      clock.advanceNow(minuteMs);
      const row: Row = [0, minutes * minuteMs, a, b, random.next()];
      windows.add(batch([row], minutes++ === 0 ? { newMachines } : {}));
      const taken = windows.take(9);
      for (const { window } of taken) out = Math.max(out, window.sensorRuns.out);
      windows.release(taken);
    };
    for (let i = 0; i < 400; i++) add(random.next() * 40, 150);
    for (let i = 0; i < 600; i++) add(held, speed);
    for (let i = 0; i < 50; i++) add(random.next() * 40, 150);
    expect(out).toBe(told);
  });
});

describe('the silence of a machine', () => {
  it('that was at rest is told after three days, and not after a night; nights stretch no rhythm', async () => {
    const bench = silenceBench({ runsWhen: { sensor: 'a', above: 1 } });
    for (let night = 0; night < 4; night++) {
      await bench.readings(20, 30_000);
      bench.hearing().isResting = true;
      await bench.clock.advance(12 * hourMs);
      bench.reading();
      bench.hearing().isResting = false;
    }
    expect(bench.changes()).toEqual([]);
    expect(bench.hearing().rhythm.usualMs).toBe(30_000);
    await bench.clock.advance(3 * minuteMs);
    expect(bench.changes()).toEqual([true]);
    await bench.readings(2, 30_000);
    bench.hearing().isResting = true;
    await bench.clock.advance(71 * hourMs);
    expect(bench.changes()).toEqual([true, false]);
    await bench.clock.advance(2 * hourMs);
    expect(bench.changes()).toEqual([true, false, true]);
  });

  it('that was at rest is not told over a restart, and it rests on until it says that it runs', async () => {
    const saving: boolean[] = [];
    const bench = silenceBench({ runsWhen: { sensor: 'a', above: 1 } });
    await bench.readings(20, 30_000);
    bench.silence.changed = (isSoon) => saving.push(isSoon);
    bench.silence.rests(bench.hearing(), true);
    bench.silence.rests(bench.hearing(), true);
    expect(saving).toEqual([false]);
    await bench.restart();
    await bench.clock.advance(12 * hourMs);
    expect([bench.hearing().isResting, bench.changes()]).toEqual([true, []]);
    bench.silence.rests(bench.hearing(), false);
    await bench.clock.advance(3 * minuteMs);
    expect(bench.changes()).toEqual([true]);
  });
});

it('a machine that rested before a restart rests on: what it sends without its state is not judged', () => {
  const clock = manualClock();
  const types = new Map([['fan', { ...fan, name: 'fan' }]]);
  const hearings = silenceBench(fan).silence;
  const found = hearings.of({ site: 's', machine: 'm', type: types.get('fan')! })!;
  hearings.rests(found, true);
  const { windows } = newWindows({ clock, types, hearings });
  const newMachines = [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }];
  const refused = [{ machineIndex: 0, column: 0, row: 0, value: 1e12, isBeyondAlarm: true }];
  windows.add(batch([[0, 0, 9, Number.NaN]], { newMachines, refused }));
  expect([windows.stats().aside, windows.take(9), found.isResting]).toEqual([1, [], true]);
  windows.add(batch([[0, minuteMs, 9, 150]]));
  expect(found.isResting).toBe(false);
});
