import type { Assessment } from '../../../shared/contract/events.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import type { AnomalyScore } from '../baselines/anomaly-score.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { contributionsMax, contributionsOf, unitOf } from './contributions.ts';
import { applyRules, hasLimits, type RuleFinding } from './rules.ts';
import { scoreAnomaly } from './score-anomaly.ts';

/** Upper bound of the confidence of rules, which is below that of a model. */
const confidenceMax = 0.65;
/** Confidence without a reliable trend, if the machine's baseline is known. */
const confidenceNoTrend = 0.5;
const confidenceLearning = 0.2;

function trendConfidence(stdErrors: number): number {
  return stdErrors === Number.POSITIVE_INFINITY
    ? confidenceMax
    : (confidenceMax * stdErrors) / (stdErrors + 1);
}

function byLimits(input: AlertInput, finding: RuleFinding, { score, deviations }: AnomalyScore): Assessment {
  const { remaining, severity, severities, trendStdErrors } = finding;
  return {
    source: 'rules',
    model: null,
    remainingLife: remaining && { ...remaining, unit: input.machine.type.lifeUnit },
    health: 1 - severity,
    anomaly: score,
    confidence: remaining ? trendConfidence(trendStdErrors) : confidenceNoTrend,
    // How near each sensor is to its limit says nothing of what is odd far from all limits.
    contributions: contributionsOf(input, remaining || severity >= score ? severities : deviations),
  };
}

/** Assesses a machine that has only begun to send, or is silent: nothing is known but that, or that a limit is met. */
function byMetLimits({ machine, limits = [], silence }: AlertInput): Assessment {
  const met = limits.filter((state) => state.met !== null).slice(0, contributionsMax);
  const isCritical = met.some((state) => state.met?.severity === 'critical');
  return {
    source: 'rules',
    model: null,
    remainingLife: null,
    health: isCritical ? 0 : met.length > 0 || silence?.isSilent ? 0.5 : 1,
    anomaly: 0,
    confidence: confidenceLearning,
    contributions: met.map(({ sensor, value }) => ({
      ...{ sensor, value, share: 1 / met.length },
      ...unitOf(machine.type.sensors.find(({ name }) => name === sensor)),
    })),
  };
}

/**
 * Assesses by the limits of the machine type or, if it has none, by the deviation from the machine's baseline. It
 * depends on nothing, never fails, and answers at once.
 */
export function createRulesAssessor(options: {
  baselineOf(machine: MachineIdentity): Baseline | null;
}): Assessor {
  function assess(input: AlertInput): Assessment {
    if (input.isShort) return byMetLimits(input);
    const { type } = input.machine;
    const baseline = options.baselineOf(input.machine);
    const anomaly = scoreAnomaly(baseline, type.sensors.length);
    if (hasLimits(type)) return byLimits(input, applyRules(type, input.window, input.rows), anomaly);
    const { score, deviations } = anomaly;
    return {
      source: 'rules',
      model: null,
      remainingLife: null,
      health: 1 - score,
      anomaly: score,
      confidence: baseline?.ready ? confidenceNoTrend : confidenceLearning,
      contributions: contributionsOf(input, deviations),
    };
  }
  const assessNow = (inputs: readonly AlertInput[]) => inputs.map(assess);
  const notRepeatable = ({ isShort, machine }: AlertInput) =>
    isShort || hasLimits(machine.type)
      ? null
      : 'it was judged by how far the machine was from its own past, of which no snapshot was kept with the decision';
  return {
    name: 'rules',
    version: '1.1.0',
    assess: async (inputs) => assessNow(inputs),
    assessNow,
    notRepeatable,
  };
}
