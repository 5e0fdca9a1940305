import { Contribution } from '../../../shared/contract/alerts/prediction.ts';
import { Assessment } from '../../../shared/contract/events.ts';
import { isIdentifier } from '../../../shared/contract/topics.ts';
import { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Policy, Verdict } from '../../../shared/decisions/policy.ts';
import type { ShadowOptions } from '../../../shared/decisions/shadow-side.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { AlertInput, Assessor, Assessors } from '../../ports/decision.ts';
import type { MachineOverrides } from '../../ports/fleet/fleet.ts';
import type { AlertDecisionConfig } from './config.ts';
import { rulesWanted, versionWanted } from './overrides/words.ts';

/** Candidates that are asked beside the model. */
export type AlertShadow = Omit<
  ShadowOptions<AlertInput, Assessment>,
  'budgetMs' | 'breaker' | 'check' | 'clock' | 'precedence'
>;

/** Wraps an assessor as a policy of the alert decision. */
export function assessorPolicy(assessor: Assessor): Policy<AlertInput, Assessment> {
  const { assessNow } = assessor;
  return {
    name: assessor.name,
    // Read at each decision, because a newer model may replace it while the gateway runs.
    get version() {
      return assessor.version;
    },
    ...(assessor.mayAnswer && { mayAnswer: assessor.mayAnswer.bind(assessor) }),
    async decide(inputs, signal) {
      const assessments = await assessor.assess(inputs, signal);
      return assessments.map((assessment) => assessment && asVerdict(assessment));
    },
    ...(assessNow && {
      decideNow: (inputs) => assessNow(inputs).map((assessment) => assessment && asVerdict(assessment)),
    }),
  };
}

function asVerdict(assessment: Assessment): Verdict<Assessment> {
  return { answer: assessment, confidence: assessment.confidence, reasons: [] };
}

const validate = compileValidator(Assessment);
const { maxItems: contributionsMax = 0 } = Assessment.properties.contributions;
const { maxLength: unitMax = 0 } = Contribution.properties.unit;
const isText = (value: unknown) => typeof value === 'string';
const isShare = (value: number): boolean => typeof value === 'number' && value >= 0 && value <= 1;

/**
 * True for nearly every assessment that the schema accepts, and for no other. Every decision about a machine asks for it, and the
 * schema's own check, which goes by the names of properties, takes longer than the rules.
 */
export function isPlainAssessment(assessment: Assessment): boolean {
  const { source, model, detector, remainingLife, health, anomaly, confidence, contributions } = assessment;
  if (source !== 'rules' || model !== null || remainingLife !== null) return false;
  if (detector !== undefined && !(isText(detector?.name) && isText(detector.version))) return false;
  if (!isShare(health) || !isShare(anomaly) || !isShare(confidence)) return false;
  if (!Array.isArray(contributions) || contributions.length > contributionsMax) return false;
  for (const { sensor, share, value, unit } of contributions) {
    if (!isText(sensor) || !isIdentifier(sensor) || !isShare(share)) return false;
    if (value !== null && typeof value !== 'number') return false;
    if (unit !== undefined && !(isText(unit) && unit.length <= unitMax)) return false;
  }
  return true;
}

/** Returns the problem of an assessment, or null. The schema accepts NaN and infinity if a number has no bounds. */
export function problemOfAssessment(assessment: Assessment): string | null {
  if (isPlainAssessment(assessment)) return null;
  try {
    validate(assessment, (problem) => new Error(problem));
  } catch (error) {
    return messageOf(error);
  }
  const life = assessment.remainingLife;
  if (life && !(life.p10 <= life.p50 && life.p50 <= life.p90 && Number.isFinite(life.p90))) {
    return `remaining life p10 ${life.p10}, p50 ${life.p50}, p90 ${life.p90} are not rising, finite numbers`;
  }
  return null;
}

export interface GovernedAlertsOptions extends Assessors {
  config: AlertDecisionConfig;
  clock: Clock;
  overrides?: MachineOverrides;
}

/** The governed decision that assesses machines: by the model, else by their own past, else by rules. */
export function governedAlerts(
  options: GovernedAlertsOptions,
  { newId, shadow }: { newId: () => string; shadow: AlertShadow | null },
): GovernedDecision<AlertInput, Assessment> {
  const { modelAssessor, selfLearnedAssessor, rulesAssessor, config, clock, overrides } = options;
  return new GovernedDecision<AlertInput, Assessment>({
    name: 'alert',
    active: assessorPolicy(modelAssessor),
    between: selfLearnedAssessor ? [assessorPolicy(selfLearnedAssessor)] : [],
    fallback: assessorPolicy(rulesAssessor),
    ...(overrides && { overriding: rulesWanted(overrides), touching: versionWanted(overrides) }),
    ...(shadow && { shadow }),
    budgetMs: config.budgetMs,
    breaker: config.breaker,
    check: problemOfAssessment,
    clock,
    newId,
  });
}
