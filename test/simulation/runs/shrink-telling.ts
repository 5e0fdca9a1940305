import { drawSchedule } from '../telling/draw.ts';
import type { Schedule } from '../telling/schedule.ts';
import { runTelling } from '../telling/telling.ts';

const lists = ['deeds', 'troubles', 'crossings', 'devices'] as const;
const runsMax = 60;

/** Leaves out of a failing schedule what it does not need to fail in the same way. Returns it with its story, as text. */
export async function shrunkTelling(seed: number): Promise<string> {
  let best = drawSchedule(seed);
  const invariant = (await runTelling(best)).problems[0]?.invariant;
  let runs = 0;
  const tryOne = async (candidate: Schedule) => {
    if (runs++ >= runsMax) return false;
    const { problems } = await runTelling(candidate);
    if (!problems.some((problem) => problem.invariant === invariant)) return false;
    best = candidate;
    return true;
  };
  if (best.twin) await tryOne({ ...best, twin: null });
  for (const list of lists)
    for (let at = 0; at < best[list].length; )
      if (!(await tryOne({ ...best, [list]: best[list].filter((_, i) => i !== at) }))) at++;
  const { problems, story } = await runTelling(best);
  return [
    `seed ${seed} breaks: ${invariant}`,
    ...problems.slice(0, 5).map((problem) => `  ✗ ${problem.invariant}: ${problem.detail}`),
    '',
    'the story of the smallest schedule found that still does so:',
    ...story.map((line) => `  ${line}`),
    '',
    `to run it again: npm run simulate -- --of telling --seed ${seed} --schedules 1`,
    `or only this one: npm run simulate -- --of telling --schedule '${JSON.stringify(best)}'`,
  ].join('\n');
}
