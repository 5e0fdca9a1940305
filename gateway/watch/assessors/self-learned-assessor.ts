import type { Assessment } from '../../../shared/contract/events.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { contributionsOf } from './contributions.ts';
import { hasLimits } from './rules.ts';

const name = 'self-learned';
const version = '1.0.0';
/** Lower than a model's confidence, because a baseline knows one machine and a model many lives. */
const confidence = 0.55;

/**
 * Assesses by the machine's own baseline, which needs neither a model nor limits: the deviation from its past and, if
 * that has a trend, the remaining life. If the machine's type has limits and there is no such trend, it returns no
 * answer, because the rules are better then.
 */
export function createSelfLearnedAssessor(options: {
  baselineOf(machine: MachineIdentity): Baseline | null;
}): Assessor {
  function assess(input: AlertInput): Assessment | null {
    const { type } = input.machine;
    const baseline = options.baselineOf(input.machine);
    if (!baseline?.ready || input.isShort) return null;
    const remaining = baseline.remaining();
    if (!remaining && hasLimits(type)) return null;
    const { score, deviations } = baseline.score();
    return {
      source: 'rules',
      model: null,
      detector: { name, version },
      remainingLife: remaining && { ...remaining, unit: type.lifeUnit },
      health: 1 - score,
      anomaly: score,
      confidence,
      contributions: contributionsOf(input, deviations),
    };
  }
  const assessNow = (inputs: readonly AlertInput[]) => inputs.map(assess);
  return { name, version, assess: async (inputs) => assessNow(inputs), assessNow };
}
