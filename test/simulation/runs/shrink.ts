/**
 * Reduces a failing schedule: fewer faults, fewer and simpler sensors, a shorter run, as long as it fails in the same
 * way.
 */

import { simulate } from '../simulate.ts';
import type { Schedule, SensorPlan } from '../world/schedule.ts';
import type { Seams } from '../world/seams.ts';

const runsMax = 400;

/** `invariant` is the rule that must stay broken; `faulty` are the faults put into the product, as in simulate(). */
export async function shrink(
  schedule: Schedule,
  invariant: string,
  faulty: Partial<Seams> = {},
): Promise<Schedule> {
  let best = schedule;
  let runs = 0;
  const tryOne = async (candidate: Schedule): Promise<boolean> => {
    if (runs++ >= runsMax) return false;
    const { problems } = await simulate(candidate, faulty);
    if (!problems.some((problem) => problem.invariant === invariant)) return false;
    best = candidate;
    return true;
  };
  for (let changed = true; changed && runs < runsMax; ) {
    changed = false;
    for (const key of ['faults', 'sensors'] as const) {
      if (await shrinkList(() => best, key, tryOne)) changed = true;
    }
    for (const simpler of simplerOnes(best)) if (await tryOne({ ...best, ...simpler })) changed = true;
    for (const i of best.sensors.keys()) {
      for (const simpler of simplerSensors(best.sensors[i]!)) {
        const sensors = best.sensors.map((plan, at) => (at === i ? { ...plan, ...simpler } : plan));
        if (await tryOne({ ...best, sensors })) changed = true;
      }
    }
  }
  return best;
}

/** Leaves out halves, quarters, …, single items. Returns true if any item could be left out. */
async function shrinkList(
  best: () => Schedule,
  key: 'faults' | 'sensors',
  tryOne: (candidate: Schedule) => Promise<boolean>,
): Promise<boolean> {
  let changed = false;
  for (let size = best()[key].length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best()[key].length; ) {
      const items = best()[key];
      const without = [...items.slice(0, at), ...items.slice(at + size)];
      const isEnough = key === 'faults' || without.length > 0;
      if (isEnough && (await tryOne({ ...best(), [key]: without }))) changed = true;
      else at += size;
    }
  }
  return changed;
}

function simplerOnes({ durationMs, inFlightMax }: Schedule): Partial<Schedule>[] {
  const simpler: Partial<Schedule>[] = [];
  if (durationMs > 200) simpler.push({ durationMs: Math.ceil(durationMs / 2) });
  if (durationMs > 200) simpler.push({ durationMs: Math.ceil(durationMs * 0.9) });
  if (inFlightMax > 1) simpler.push({ inFlightMax: 1 });
  return simpler;
}

function simplerSensors(plan: SensorPlan): Partial<SensorPlan>[] {
  const simpler: Partial<SensorPlan>[] = [];
  if (plan.lettersEach > 1) simpler.push({ lettersEach: 1 });
  if (plan.malformedShare > 0) simpler.push({ malformedShare: 0 });
  if (plan.poisonShare > 0) simpler.push({ poisonShare: 0 });
  if (plan.lifecycleShare > 0) simpler.push({ lifecycleShare: 0 });
  if (plan.qos === 2) simpler.push({ qos: 1 });
  if (plan.clean) simpler.push({ clean: false });
  if (plan.constant) simpler.push({ constant: false });
  if (plan.wide) simpler.push({ wide: false });
  if (plan.window > 1) simpler.push({ window: 1 });
  if (plan.seqModulo < 2 ** 31) simpler.push({ seqModulo: 2 ** 31 });
  if (plan.tsStepMs > 1) simpler.push({ tsStepMs: 1 });
  if (plan.periodMs < 300) simpler.push({ periodMs: Math.ceil(plan.periodMs * 2) });
  return simpler;
}
