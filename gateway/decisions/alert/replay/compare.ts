import type { Assessment, DecisionRecord, RemainingLife } from '../../../../shared/contract/events.ts';
import type { Replayed } from '../../../ports/replay/replay.ts';

/** Part of a figure by which another backend may differ: it adds the same numbers in another order. */
const tolerance = 0.001;

export type Figures = Record<string, { recorded: unknown; replayed: unknown }>;

/**
 * The figures that follow from the window alone. How unusual the machine is (`anomaly`) follows from its own past, and so
 * does its health where neither a model nor limits say it.
 */
export function figuresOf({ answer, confidence }: DecisionRecord, now: Assessment): Figures {
  const before = answer.remainingLife as RemainingLife | null | undefined;
  const life = (which: 'p10' | 'p50' | 'p90') => ({
    recorded: before?.[which] ?? null,
    replayed: now.remainingLife?.[which] ?? null,
  });
  return {
    p10: life('p10'),
    p50: life('p50'),
    p90: life('p90'),
    health: { recorded: answer.health, replayed: now.health },
    confidence: { recorded: confidence, replayed: now.confidence },
  };
}

/** @param backends if they are not the same */
export function compared(
  figures: Figures,
  backends: { recorded: string; replayed: string } | null,
): { outcome: Replayed; detail: string } {
  const differing = Object.entries(figures).filter(
    ([, { recorded, replayed }]) => !Object.is(recorded, replayed),
  );
  const on = backends ? ` on ${backends.replayed} (recorded on ${backends.recorded})` : '';
  if (differing.length === 0) return { outcome: 'same', detail: `the same answer, bit by bit${on}` };
  const far = differing.filter(([, { recorded, replayed }]) => !backends || !isNear(recorded, replayed));
  if (far.length === 0)
    return { outcome: 'close', detail: `the same answer within ${tolerance * 100} % of each figure${on}` };
  const shown = far.map(([name, { recorded, replayed }]) => `${name} ${replayed}, recorded ${recorded}`);
  return { outcome: 'differs', detail: `another answer${on}: ${shown.join('; ')}` };
}

function isNear(recorded: unknown, replayed: unknown): boolean {
  if (typeof recorded !== 'number' || typeof replayed !== 'number') return false;
  return Math.abs(recorded - replayed) <= tolerance * Math.max(1, Math.abs(recorded));
}
