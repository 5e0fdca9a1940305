/**
 * The policies that are compared. All see the same windows, and all run through the gateway's alert decision.
 */

import type { AlertInput, Assessor } from '../../gateway/ports/decision.ts';
import { applyRules } from '../../gateway/watch/assessors/rules.ts';
import type { Watch } from '../../gateway/watch/watch.ts';
import type { Assessment } from '../../shared/contract/events.ts';
import {
  type AlertPolicy,
  type EstimatePolicy,
  estimatePoliciesOf,
} from '../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';

export interface WarningPolicy {
  name: string;
  /** One sentence for the report. */
  meaning: string;
  /** One to three assessors; each is asked only about machines on which those before it returned nothing. */
  order: Assessor[];
  /** The alert policies that open and resolve the predictions. */
  alerts: AlertPolicy[];
  /** True if limits of sensors raise alerts too, where the type has them. */
  withLimits?: boolean;
}

/** Used if a type has no alert on the anomaly score. */
const anomalyAlert: EstimatePolicy = {
  failureMode: 'unusual-behaviour',
  on: 'anomaly',
  openAt: 0.5,
  resolveAt: 0.35,
  minConfidence: 0,
  openAfter: 3,
  resolveAfter: 10,
};

/**
 * A warning limit that holds for three readings in a row. It resolves below the limit, at a fifth of the
 * distance between warning and alarm.
 */
const limitAlert: EstimatePolicy = {
  ...anomalyAlert,
  failureMode: 'limit-crossed',
  openAt: 0.5,
  resolveAt: 0.4,
};

/**
 * Assessor for plain limits without trends: each sensor against its warning limit. The highest severity is
 * the score.
 */
function limitsOf(rules: Assessor): Assessor {
  const severity = ({ machine, window, rows }: AlertInput) =>
    Math.max(...applyRules(machine.type, window, rows).severities);
  return {
    name: 'limits',
    version: '1.0.0',
    async assess(inputs, signal) {
      const assessments = await rules.assess(inputs, signal);
      return assessments.map(
        (assessment, i): Assessment | null => assessment && { ...assessment, anomaly: severity(inputs[i]!) },
      );
    },
  };
}

/**
 * Returns the gateway's own policy, its parts alone, and plain limits as they are usually set up without it.
 */
export function policiesOf(type: MachineType, watch: Watch): WarningPolicy[] {
  const { modelAssessor: model, selfLearnedAssessor: selfLearned, rulesAssessor: rules } = watch;
  const onEstimates = estimatePoliciesOf(type);
  const onLife = onEstimates.filter((alert) => alert.on === 'remaining-life');
  const declared = onEstimates.filter((alert) => alert.on === 'anomaly');
  const onAnomaly = declared.length > 0 ? declared : [anomalyAlert];
  const withModel = type.model !== undefined;
  const policies = [
    withModel && {
      name: 'as shipped',
      meaning:
        'all alerts of the machine type, from the model, or else the self-learned baseline, or else rules',
      order: [model, selfLearned, rules],
      alerts: type.alerts,
      withLimits: true,
    },
    withModel && {
      name: 'model alone',
      meaning: 'alerts on remaining life; silent where the model gives no estimate',
      order: [model],
      alerts: onLife,
    },
    {
      name: 'without a model',
      meaning: 'the policy that remains when the model fails: all alerts of the machine type, without it',
      order: [selfLearned, rules],
      alerts: type.alerts,
      withLimits: true,
    },
    {
      name: 'detector alone',
      meaning: `the self-learned anomaly score at ${onAnomaly.map(({ openAt }) => openAt).join(' or ')} or more`,
      order: [rules],
      alerts: onAnomaly,
    },
    {
      name: 'rules alone',
      meaning: 'alerts on remaining life, predicted from when the trend of a sensor reaches its alarm limit',
      order: [rules],
      alerts: onLife,
    },
    {
      name: 'limits alone',
      meaning: 'any sensor at its warning limit, three readings in a row',
      order: [limitsOf(rules)],
      alerts: [limitAlert],
    },
  ];
  return policies.filter((policy) => policy !== false && policy.alerts.length > 0) as WarningPolicy[];
}
