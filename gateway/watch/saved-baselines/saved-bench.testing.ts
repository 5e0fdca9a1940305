/**
 * A test bench for saved baselines: a journal of batches in memory, and a gateway that can be killed after any of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, vi } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { Windows } from '../windows/windows.ts';
import { type BaselineFiles, baselineFiles } from './files.ts';
import { SavedBaselines } from './saved-baselines.ts';

const sensor = (name: string) => ({ name, unit: '1', min: -1e9, max: 1e9 });

export const rig: MachineType = {
  name: 'rig',
  version: '1.0.0',
  description: 'three sensors',
  lifeUnit: 'cycles',
  stepMs: 10,
  windowRows: 4,
  openSensors: false,
  sensors: [sensor('a'), sensor('b'), sensor('c')],
  alerts: [],
};
export const open: MachineType = { ...rig, name: 'open', openSensors: true, sensors: [] };

/** One reading: the machine's name and values by sensor. */
export interface Reading {
  machine: string;
  type: string;
  timeMs: number;
  values: Record<string, number>;
  /** Time that passes before its batch comes, if it is the first of that and the batch is not read again. */
  waitsMs?: number;
}

/** Readings of a number of machines; whole rows of a rig in a few batches, or one sensor per message. */
export function someBatches(
  options: { machines?: number; batches?: number; type?: string; split?: boolean; seed?: number } = {},
): Reading[][] {
  const { machines = 1, batches = 60, type = 'rig', split = false, seed = 1 } = options;
  const random = seededRandom(seed);
  return Array.from({ length: batches }, (_, batch) =>
    Array.from({ length: 7 * machines }, (_, i): Reading => {
      const row = 7 * batch + Math.floor(i / machines);
      const values = { a: gaussian(random), b: 10 + gaussian(random), c: row % 5 };
      const one = (['a', 'b', 'c'] as const)[row % 3]!;
      return {
        machine: `m${i % machines}`,
        type,
        timeMs: 1_000 + 10 * row,
        values: split ? { [one]: values[one] } : values,
      };
    }),
  );
}

/** Builds a batch as the data thread does: machines and sensors are announced when they first appear. */
function columnsOf(names: Map<string, string[]>, readings: readonly Reading[]): ColumnBatch {
  const newMachines: ColumnBatch['newMachines'] = [];
  const newSensors: ColumnBatch['newSensors'] = [];
  const offset = [0];
  const values: number[] = [];
  const indexes: number[] = [];
  for (const reading of readings) {
    if (!names.has(reading.machine)) {
      names.set(reading.machine, reading.type === 'open' ? [] : ['a', 'b', 'c']);
      newMachines.push({
        machineIndex: names.size - 1,
        site: 's',
        machine: reading.machine,
        machineType: reading.type,
      });
    }
    const machineIndex = [...names.keys()].indexOf(reading.machine);
    const columns = names.get(reading.machine)!;
    for (const name of Object.keys(reading.values)) {
      if (columns.includes(name)) continue;
      columns.push(name);
      newSensors.push({ machineIndex, sensor: name });
    }
    values.push(...columns.map((name) => reading.values[name] ?? Number.NaN));
    offset.push(values.length);
    indexes.push(machineIndex);
  }
  return {
    newMachines,
    newSensors,
    machineIndex: Int32Array.from(indexes),
    timeMs: Float64Array.from(readings, ({ timeMs }) => timeMs),
    offset: Int32Array.from(offset),
    values: Float32Array.from(values),
    replay: false,
  };
}

export interface Run {
  windows: Windows;
  baselines: SavedBaselines;
  /** Takes batches `from … to − 1` of the journal as they become durable, or from its tail. */
  take(from: number, to: number, replay?: boolean): void;
  /** The state of the machine's detector. */
  learnt(machine: string): number[];
}

async function baselinesBench(journal: Reading[][]) {
  const dir = await mkdtemp(join(tmpdir(), 'harbinger-baselines-'));
  const clock = manualClock();
  const started: SavedBaselines[] = [];
  const said: { code: string; machines?: number; files?: number }[] = [];
  const say = (fields: { code: string }) => void said.push(fields);
  const told: object[] = [];
  const info = (fields: object) => void told.push(fields);
  const log = { debug() {}, info, warn: say, error: say, fatal: say } as unknown as Log;

  async function start(
    options: { types?: MachineType[]; files?: BaselineFiles; machinesMax?: number; journalId?: string } = {},
  ): Promise<Run> {
    const { files = baselineFiles(dir), machinesMax = 1_000, journalId = 'j' } = options;
    const types = new Map((options.types ?? [rig, open]).map((type) => [type.name, type]));
    const baselines = new SavedBaselines({ files, types, machinesMax, saveMs: 60_000, clock, log });
    await baselines.start();
    baselines.keep();
    started.push(baselines);
    const windows = new Windows({ types, machinesMax, intervalMsMin: 0, clock, keeper: baselines });
    const names = new Map<string, string[]>();
    return {
      windows,
      baselines,
      take(from, to, replay = false) {
        journal.slice(from, to).forEach((readings, i) => {
          const block = { journal: journalId, seq: from + i + 1 };
          if (!replay && readings[0]!.waitsMs) clock.advanceNow(readings[0]!.waitsMs);
          windows.add({ ...columnsOf(names, readings), replay, block });
        });
      },
      learnt(machine) {
        const type = types.get(journal[0]![0]!.type)!;
        const baseline = windows.baselineOf({ site: 's', machine, type })!;
        return [...baseline.save([]).detector];
      },
    };
  }

  async function dispose(): Promise<void> {
    for (const baselines of started) await baselines.stop();
    await rm(dir, { recursive: true, force: true });
  }

  return { dir, clock, log, said, told, start, dispose };
}

export type Bench = Awaited<ReturnType<typeof baselinesBench>>;
const benches: Bench[] = [];

/** Creates a bench that is removed after the test. */
export async function bench(journal: Reading[][]): Promise<Bench> {
  const made = await baselinesBench(journal);
  benches.push(made);
  return made;
}
afterEach(async () => {
  for (const made of benches.splice(0)) await made.dispose();
});

/** Returns the state that a gateway learns that is never stopped. */
export async function uninterrupted(journal: Reading[][], machine = 'm0'): Promise<number[]> {
  const { start } = await bench(journal);
  const run = await start();
  run.take(0, journal.length);
  return run.learnt(machine);
}

export const patience = { timeout: 20_000, interval: 5 };

/** Advances far enough for every file to be due, and waits for the writes. */
export async function saved({ clock }: Bench, writes: () => number): Promise<void> {
  const before = writes();
  await vi.waitFor(async () => {
    await clock.advance(10_000);
    expect(writes()).toBeGreaterThan(before);
  }, patience);
}
