import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import type { AlertInput } from '../ports/decision.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { Scorer } from './scorer.ts';
import { Windows } from './windows/windows.ts';

const type: MachineType = {
  name: 'rig',
  version: '1.0.0',
  description: '',
  lifeUnit: 'cycles',
  stepMs: 1,
  windowRows: 4,
  openSensors: false,
  sensors: [{ name: 'a', unit: '1', min: 0, max: 1 }],
  alerts: [],
};
const machines = 100;

let scorer: Scorer;
afterEach(() => scorer.stop());

let timeMs = Date.now();
/** The given number of rows of every machine. */
function batch(rows: number, first = false): ColumnBatch {
  const count = rows * machines;
  return {
    newMachines: first
      ? Array.from({ length: machines }, (_, i) => ({
          machineIndex: i,
          site: 's',
          machine: `m${i}`,
          machineType: 'rig',
        }))
      : [],
    newSensors: [],
    machineIndex: Int32Array.from({ length: count }, (_, i) => i % machines),
    timeMs: new Float64Array(count).fill(++timeMs),
    offset: Int32Array.from({ length: count + 1 }, (_, i) => i),
    values: new Float32Array(count),
    replay: false,
  };
}

function newScorer(
  decide: (inputs: readonly AlertInput[]) => Promise<unknown>,
  clock: Clock = systemClock,
  batchMax = 64,
): Windows {
  const windows = new Windows({
    types: new Map([[type.name, type]]),
    machinesMax: 1_000,
    intervalMsMin: 5,
    clock,
  });
  scorer = new Scorer({ windows, decide, batchMax, clock, log: silentLog });
  return windows;
}

describe('the scorer', () => {
  it('sends due machines in batches, each machine in one of them', async () => {
    const batches: (readonly AlertInput[])[] = [];
    const windows = newScorer(async (inputs) => batches.push(inputs));
    expect(windows.add(batch(4, true))).toBe(true);
    scorer.kick();
    await vi.waitFor(() => expect(scorer.stats()).toMatchObject({ machines, inFlight: 0 }), 30_000);
    expect(batches.map((inputs) => inputs.length)).toEqual([64, 36]);
    const names = batches.flat().map((input) => input.machine.machine);
    expect(new Set(names).size).toBe(machines);
  });

  it('bounds the batches in flight, and gathers machines meanwhile', async () => {
    const open: (() => void)[] = [];
    const windows = newScorer(() => new Promise<void>((resolve) => open.push(resolve)));
    windows.add(batch(4, true));
    scorer.kick();
    for (let i = 0; i < 20; i++) {
      windows.add(batch(1));
      scorer.kick();
    }
    expect(scorer.stats()).toMatchObject({ batches: 2, machines: 100, inFlight: 2 });
    for (const resolve of open) resolve();
    await vi.waitFor(() => expect(scorer.stats().batches).toBeGreaterThan(2), 30_000);
    for (const resolve of open) resolve();
  });

  it('returns for rows that arrived while a machine was resting', async () => {
    let decided = 0;
    const windows = newScorer(async (inputs) => {
      decided += inputs.length;
    });
    windows.add(batch(4, true));
    scorer.kick();
    windows.add(batch(1));
    await vi.waitFor(() => expect(decided).toBe(2 * machines), 30_000);
  });

  it('gathers machines between batches, and tolerates a timer that fires early', async () => {
    const clock: Clock = {
      ...systemClock,
      setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / 2, callback),
    };
    let decided = 0;
    const windows = newScorer(async (inputs) => {
      decided += inputs.length;
    }, clock);
    windows.add(batch(4, true));
    scorer.kick();
    for (let rows = 2; rows <= 4; rows++) {
      windows.add(batch(1));
      for (let i = 0; i < machines; i++) scorer.kick();
      await vi.waitFor(() => expect(decided).toBe(rows * machines), 30_000);
    }
    // Each time, 100 machines make a full batch and a remainder.
    expect(scorer.stats().batches).toBe(8);
  });

  it('continues after a failed decision', async () => {
    const windows = newScorer(() => Promise.reject(new Error('no')));
    windows.add(batch(4, true));
    scorer.kick();
    await vi.waitFor(() => expect(scorer.stats()).toMatchObject({ failures: 2, inFlight: 0 }), 30_000);
    windows.add(batch(1));
    scorer.kick();
    await vi.waitFor(() => expect(scorer.stats().failures).toBe(4), 30_000);
  });

  it('starts nothing after it was stopped, and waits for batches in flight', async () => {
    const open: (() => void)[] = [];
    const windows = newScorer(() => new Promise<void>((resolve) => open.push(resolve)));
    windows.add(batch(4, true));
    scorer.kick();
    let stopped = false;
    const stop = scorer.stop().then(() => {
      stopped = true;
    });
    windows.add(batch(1));
    scorer.kick();
    open[0]!();
    await vi.waitFor(() => expect(scorer.stats().inFlight).toBe(1), 30_000);
    expect(stopped).toBe(false);
    open[1]!();
    await stop;
    expect(scorer.stats()).toMatchObject({ batches: 2, inFlight: 0 });
  });
});

it('has a turn for messages after each two batches, however many machines are due', async () => {
  const batchMax = 16;
  let turns = 0;
  const turnOfBatch: number[] = [];
  const windows = newScorer(async () => void turnOfBatch.push(turns), systemClock, batchMax);
  windows.add(batch(4, true));
  const batches = Math.ceil(machines / batchMax);
  const count = () => {
    turns++;
    if (turnOfBatch.length < batches) setImmediate(count);
  };
  setImmediate(count);
  scorer.kick();
  await vi.waitFor(() => expect(turnOfBatch).toHaveLength(batches));
  for (let at = 2; at < batches; at++) expect(turnOfBatch[at]).toBeGreaterThan(turnOfBatch[at - 2]!);
});
