/** The policies that are compared: all see the same windows, and all go through the gateway's alert decision. */
import type { Intelligence } from '../../gateway/intelligence/intelligence.ts';
import { applyRules } from '../../gateway/intelligence/rules.ts';
import type { AlertInput, Assessor } from '../../gateway/ports.ts';
import type { Assessment } from '../../shared/contract/events.ts';
import type { AlertPolicy, MachineType } from '../../shared/domain/machine-type.ts';

export interface WarningPolicy {
  name: string;
  /** For the report. */
  meaning: string;
  active: Assessor;
  fallback: Assessor;
  /** What opens and ends its predictions. */
  alerts: AlertPolicy[];
}

/** Where a type has no alert on the anomaly score of its own. */
const anomalyAlert: AlertPolicy = {
  failureMode: 'unusual-behaviour',
  on: 'anomaly',
  openAt: 0.5,
  resolveAt: 0.35,
  minConfidence: 0,
  openAfter: 3,
  resolveAfter: 10,
};

/** A limit that is held for three readings in a row; it ends when all sensors are a fifth below theirs again. */
const limitAlert: AlertPolicy = {
  ...anomalyAlert,
  failureMode: 'limit-crossed',
  openAt: 0.5,
  resolveAt: 0.4,
};

const silent: Assessor = {
  name: 'nobody',
  version: '1.0.0',
  assess: (inputs) => Promise.resolve(inputs.map(() => null)),
};

/** What an operator sets up without trends: each sensor against its warning limit. The worst severity is the score. */
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

/** As the gateway runs, each of its parts alone, and what an operator would do without them. */
export function policiesOf(type: MachineType, intelligence: Intelligence): WarningPolicy[] {
  const { modelAssessor: model, rulesAssessor: rules } = intelligence;
  const onLife = type.alerts.filter((alert) => alert.on === 'remaining-life');
  const declared = type.alerts.filter((alert) => alert.on === 'anomaly');
  const onAnomaly = declared.length > 0 ? declared : [anomalyAlert];
  const policies: (WarningPolicy | null)[] = [
    declared.length === 0 || onLife.length === 0
      ? null
      : {
          name: 'as shipped',
          meaning: 'all alerts of the machine type; the model, and rules where it has nothing to say',
          active: model,
          fallback: rules,
          alerts: type.alerts,
        },
    {
      name: 'model, else rules',
      meaning: 'alerts on remaining life; the model, and rules where it has nothing to say',
      active: model,
      fallback: rules,
      alerts: onLife,
    },
    {
      name: 'model alone',
      meaning: 'alerts on remaining life; silent where the model has nothing to say',
      active: model,
      fallback: silent,
      alerts: onLife,
    },
    {
      name: 'detector alone',
      meaning: `the self-learned anomaly score at ${onAnomaly.map(({ openAt }) => openAt).join(' or ')} or more`,
      active: rules,
      fallback: silent,
      alerts: onAnomaly,
    },
    {
      name: 'rules alone',
      meaning: 'alerts on remaining life, which is when the trend of a sensor reaches its alarm limit',
      active: rules,
      fallback: silent,
      alerts: onLife,
    },
    {
      name: 'limits alone',
      meaning: 'any sensor at its warning limit, three readings in a row',
      active: limitsOf(rules),
      fallback: silent,
      alerts: [limitAlert],
    },
  ];
  return policies.filter((policy) => policy !== null && policy.alerts.length > 0) as WarningPolicy[];
}
