import { runSchedule } from '../fleet/schedule.ts';
import { simulate } from '../simulate.ts';
import { drawSchedule as drawTelling } from '../telling/draw.ts';
import { kindsOf } from '../telling/schedule.ts';
import { runTelling } from '../telling/telling.ts';
import type { Problem } from '../world/ledger.ts';
import { drawSchedule } from '../world/schedule.ts';

/** A world that schedules are drawn for: how readings are stored, how documents are followed, and what is told of machines. */
export type WorldName = 'readings' | 'fleet' | 'telling';

/** How often a schedule of each is drawn, in seeds: what is told takes a hundred times as long as the others. */
const everySeeds: Record<WorldName, number> = { readings: 1, fleet: 1, telling: 20 };
export const worldNames = Object.keys(everySeeds) as WorldName[];

/** The result of one schedule. */
export interface Ran {
  problems: Problem[];
  steps: number;
  virtualMs: number;
  outcome: Record<string, number>;
  /** Names of the faults and deeds. */
  kinds: string[];
}

/** The worlds of a seed: all whose turn it is, or those that are asked for. */
export function worldsOf(seed: number, asked: readonly WorldName[]): readonly WorldName[] {
  return asked.length > 0 ? asked : worldNames.filter((name) => seed % everySeeds[name] === 0);
}

export async function runWorld(world: WorldName, seed: number): Promise<Ran> {
  if (world === 'fleet') {
    const broken = await runSchedule(seed);
    const problems = broken.map((detail) => ({ invariant: 'what is asked for is followed', detail }));
    return { problems, steps: 0, virtualMs: 0, outcome: { 'fleet schedules': 1 }, kinds: [] };
  }
  if (world === 'telling') {
    const schedule = drawTelling(seed);
    const { problems, steps, virtualMs, told } = await runTelling(schedule);
    const outcome = { 'telling schedules': 1, told, crossings: schedule.crossings.length };
    return { problems, steps, virtualMs, outcome, kinds: kindsOf(schedule) };
  }
  const schedule = drawSchedule(seed);
  const { problems, steps, virtualMs, outcome } = await simulate(schedule);
  return {
    ...{ problems, steps, virtualMs, outcome: { ...outcome } },
    kinds: schedule.faults.map(({ kind }) => kind),
  };
}
