/** A cloud's answers about virtual pumps that have lived and failed, for tests of training from a store. */
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import { type MachineLife, noOutcomes } from '../../shared/contract/models/lives.ts';
import type { ModelRef } from '../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { CloudApi } from './main.ts';

export const stepMs = 500;
export const beganMs = Date.UTC(2026, 10, 1);
const pauseMs = 60_000;

export interface StoredPlant extends CloudApi {
  lives: MachineLife[];
  registered: (ModelRef & { machineType: string })[];
  pushed: string[];
  wanted: { body: Record<string, unknown>; why: string }[];
  asked: string[];
}

/** Pumps whose lives follow each other. The last one of each is running still, where `isRunning`. */
export function storedPlant(
  type: MachineType,
  of: { machines: number; lives: number; seed: number; isRunning?: boolean },
): StoredPlant {
  const { runs } = simulatePumpRuns({ machines: of.machines * of.lives, seed: of.seed });
  const rows = new Map<string, { timeMs: number; values: number[] }[]>();
  const lives: MachineLife[] = [];
  for (let m = 0; m < of.machines; m++) {
    const name = { gateway: 'gw-1', site: 'plant', machine: `pump-${m + 1}` };
    let atMs = beganMs + m;
    for (let i = 0; i < of.lives; i++) {
      const run = runs[m * of.lives + i]!;
      const fromMs = atMs;
      const own = rows.get(name.machine) ?? [];
      rows.set(name.machine, own);
      for (let row = 0; row < run.rows; row++) {
        atMs += stepMs;
        const values = [...run.values.subarray(row * type.sensors.length, (row + 1) * type.sensors.length)];
        own.push({ timeMs: atMs, values });
      }
      const isLast = i === of.lives - 1;
      const end = isLast && of.isRunning ? 'running' : 'failed';
      const outcomes = { ...noOutcomes(), ...(end === 'failed' ? { missed: 1 } : { falseAlarms: 2 }) };
      lives.push({ ...name, fromMs: i === 0 ? null : fromMs, toMs: atMs, end, outcomes });
      atMs += pauseMs;
    }
  }
  const plant: StoredPlant = {
    ...{ lives, registered: [], pushed: [], wanted: [], asked: [] },
    async get(path) {
      plant.asked.push(path);
      const { pathname, searchParams } = new URL(path, 'http://cloud');
      if (pathname === '/api/models') return { models: plant.registered };
      if (pathname === '/api/models/lives') return { lives: structuredClone(plant.lives) };
      if (pathname === '/api/fleet')
        return { documents: plant.wanted.map(({ body }) => ({ body, isOver: false })) };
      if (pathname !== '/api/readings') throw new Error(`there is no ${path}`);
      const number = (name: string) => Number(searchParams.get(name));
      const found = (rows.get(searchParams.get('machine')!) ?? []).filter(
        ({ timeMs }) => timeMs >= number('from') && timeMs <= number('to'),
      );
      const columns = type.sensors.map(({ name }, i) => [name, found.map(({ values }) => values[i]!)]);
      return { timesMs: found.map(({ timeMs }) => timeMs), values: Object.fromEntries(columns) };
    },
    bytes: () => Promise.reject(new Error('nothing is in the registry')),
    async push(folder) {
      plant.pushed.push(folder);
    },
    async want(body, why) {
      plant.wanted.push({ body, why });
    },
  };
  return plant;
}
