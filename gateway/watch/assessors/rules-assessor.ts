import type { Assessment } from '../../../shared/contract/events.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import { type Baseline, scoreAnomaly } from '../baselines/baseline.ts';
import { contributionsOf } from './contributions.ts';
import { applyRules, hasLimits, type RuleFinding } from './rules.ts';

/** Rules never sound as sure as a model can. */
const confidenceMax = 0.65;
/** Where there is no trend to be sure of, and the machine's baseline is known. */
const confidenceNoTrend = 0.5;
const confidenceLearning = 0.2;

function trendConfidence(stdErrors: number): number {
  return stdErrors === Number.POSITIVE_INFINITY
    ? confidenceMax
    : (confidenceMax * stdErrors) / (stdErrors + 1);
}

function byLimits(input: AlertInput, finding: RuleFinding, anomaly: number): Assessment {
  const { remaining, severity, severities, trendStdErrors } = finding;
  return {
    source: 'rules',
    model: null,
    remainingLife: remaining && { ...remaining, unit: input.machine.type.lifeUnit },
    health: 1 - severity,
    anomaly,
    confidence: remaining ? trendConfidence(trendStdErrors) : confidenceNoTrend,
    contributions: contributionsOf(input, severities),
  };
}

/**
 * Assesses by the limits of the machine type; where it has none, by how unlike its own beginning a machine behaves. Needs
 * nothing, never fails, answers at once.
 */
export function createRulesAssessor(options: {
  baselineOf(machine: MachineIdentity): Baseline | null;
}): Assessor {
  function assess(input: AlertInput): Assessment {
    const { type } = input.machine;
    const baseline = options.baselineOf(input.machine);
    const { score, deviations } = scoreAnomaly(baseline, type.sensors.length);
    if (hasLimits(type)) return byLimits(input, applyRules(type, input.window, input.rows), score);
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
  return {
    name: 'rules',
    version: '1.0.0',
    assess: (inputs) => Promise.resolve(inputs.map(assess)),
  };
}
