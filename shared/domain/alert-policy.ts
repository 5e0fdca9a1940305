/** When an alert of a machine type is raised: by an estimate (remaining life, anomaly score), or by a limit of a sensor. */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../contract/topics.ts';

const failureMode = (example: string) =>
  Type.String({
    ...plainName,
    description: 'The kind of failure; a machine has at most one open alert for each.',
    examples: [example],
  });

/** The words of what to do, for those who are told. */
const action = {
  action: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 300,
      description:
        'What to do when it is open, in a line for a technician; without it there are general words.',
      examples: ['Order bearing 6204 and call the shift leader.'],
    }),
  ),
};

const actionAbout = (what: string, example: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 300,
      description: `What to do about ${what}.`,
      examples: [example],
    }),
  );

/** Words of what to do where alerts are raised without a policy. */
export const AlertActions = Type.Object(
  {
    silent: actionAbout('a machine that is silent', 'Call the electrician: the panel of hall 2 trips.'),
    'sensor-fault': actionAbout(
      'a sensor that sends what it cannot have',
      'Change the probe, from drawer 7.',
    ),
    'sensor-missing': actionAbout('a sensor that is not sent any more', 'Check the plug at the motor.'),
    'sensor-stuck': actionAbout('a sensor that always sends the same', 'Clean the probe.'),
    'beyond-range': actionAbout(
      'a value beyond what the probe can measure',
      'Stop the pump, then call Maria.',
    ),
  },
  {
    additionalProperties: false,
    description:
      'What to do, in a line for a technician, about alerts that a machine has without a policy; without it there are general words.',
  },
);
export type AlertActions = Static<typeof AlertActions>;

const duration = (description: string, example: number) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 2_592_000_000, description, examples: [example] }));

/** How much an estimate must be trusted, how many must agree, and for how long. */
const evidence = {
  minConfidence: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.5,
    description: 'Estimates of a lower confidence are ignored: they neither open the alert nor resolve it.',
  }),
  openAfter: Type.Integer({
    minimum: 1,
    default: 3,
    description: 'Estimates in a row that must agree before the alert is opened.',
  }),
  resolveAfter: Type.Integer({
    minimum: 1,
    default: 10,
    description: 'Estimates in a row that must agree before it is resolved.',
  }),
  openAfterMs: duration(
    'How long they must agree too, by the time of readings, before the alert is opened, or is critical by criticalAt; without it openAfter is enough.',
    300_000,
  ),
  resolveAfterMs: duration(
    'How long they must agree too before it is resolved; without it resolveAfter is enough.',
    600_000,
  ),
  criticalAfterMs: duration(
    'Makes it critical instead of a warning, however far beyond openAt: once it has lasted for so long, by the time of readings, and still does.',
    14_400_000,
  ),
};

const RemainingLifePolicy = Type.Object(
  {
    failureMode: failureMode('wear-out'),
    on: Type.Literal('remaining-life'),
    openAt: Type.Number({
      description: 'Opens the alert: remaining life (its median, in lifeUnit) at or below this.',
      examples: [60],
    }),
    resolveAt: Type.Number({
      description:
        'Resolves it: remaining life at or above this. It is above openAt, so that an alert does not flicker.',
      examples: [90],
    }),
    criticalAt: Type.Optional(
      Type.Number({
        description: 'Makes it critical instead of a warning: remaining life at or below this.',
        examples: [25],
      }),
    ),
    ...evidence,
    ...action,
  },
  { additionalProperties: false, description: 'The remaining life that was estimated' },
);

const AnomalyPolicy = Type.Object(
  {
    failureMode: failureMode('unusual-vibration'),
    on: Type.Literal('anomaly'),
    openAt: Type.Number({
      description: 'Opens the alert: the score of how unusual readings are at or above this.',
      examples: [0.65],
    }),
    resolveAt: Type.Number({
      description:
        'Resolves it: the score at or below this. It is below openAt, so that an alert does not flicker.',
      examples: [0.4],
    }),
    criticalAt: Type.Optional(
      Type.Number({
        description: 'Makes it critical instead of a warning: the score at or above this.',
        examples: [0.9],
      }),
    ),
    ...evidence,
    ...action,
  },
  { additionalProperties: false, description: 'The score of how unusual readings are' },
);

const LimitPolicy = Type.Object(
  {
    failureMode: Type.String({
      ...plainName,
      default: 'limit',
      description: 'The kind of failure as which a limit that is met is told.',
    }),
    on: Type.Literal('limit'),
    openAfterMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 10_000,
      description:
        'How long a sensor must be beyond a limit, by the time of its readings, before the alert is opened; with 0 one reading is enough.',
    }),
    resolveAfterMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 60_000,
      description:
        'How long it must be back inside the limit, by its dead band, before the alert is resolved or becomes less severe.',
    }),
    ...action,
  },
  {
    additionalProperties: false,
    description:
      'The limits of sensors (warn, alarm, warnLow, alarmLow). A type with limits has this policy, with the defaults below, where it declares none',
  },
);

export type EstimatePolicy = Static<typeof RemainingLifePolicy> | Static<typeof AnomalyPolicy>;
export type LimitPolicy = Static<typeof LimitPolicy>;
export type AlertPolicy = EstimatePolicy | LimitPolicy;

/** One of three tables, which `on` tells apart. */
export const AlertPolicy = Type.Unsafe<AlertPolicy>({
  type: 'object',
  discriminator: { propertyName: 'on' },
  oneOf: [RemainingLifePolicy, AnomalyPolicy, LimitPolicy],
  required: ['on'],
});

/** The policy on limits of a type that declares none. */
export const defaultLimitPolicy: LimitPolicy = {
  failureMode: 'limit',
  on: 'limit',
  openAfterMs: 10_000,
  resolveAfterMs: 60_000,
};

export function isEstimatePolicy(policy: AlertPolicy): policy is EstimatePolicy {
  return policy.on !== 'limit';
}

/** The policies of a type that decide by an estimate. */
export function estimatePoliciesOf({ alerts }: { alerts: readonly AlertPolicy[] }): EstimatePolicy[] {
  return alerts.filter(isEstimatePolicy);
}

/**
 * True if machines of the type are judged by what each of them did before: those of open types, of which nobody has said what they do, and
 * those of types that ask for what is unusual where no model answers. All of them start, stop and change what they do.
 */
export function isJudgedByItsPast({
  openSensors,
  model,
  alerts,
}: {
  openSensors: boolean;
  model?: string;
  alerts: readonly AlertPolicy[];
}): boolean {
  return openSensors || (model === undefined && alerts.some(({ on }) => on === 'anomaly'));
}

/** The worst of what an estimate reaches by itself, without regard to estimates before it; null if nothing. */
export function policyLevel(
  policies: readonly AlertPolicy[],
  estimate: { life: number | null; anomaly: number; confidence: number },
): 'critical' | 'warning' | null {
  let worst: 'critical' | 'warning' | null = null;
  for (const policy of estimatePoliciesOf({ alerts: policies })) {
    const value = policy.on === 'anomaly' ? estimate.anomaly : estimate.life;
    if (value === null || estimate.confidence < policy.minConfidence) continue;
    const isReached = (limit: number) => (policy.on === 'anomaly' ? value >= limit : value <= limit);
    if (policy.criticalAt !== undefined && isReached(policy.criticalAt)) return 'critical';
    if (isReached(policy.openAt)) worst = 'warning';
  }
  return worst;
}
