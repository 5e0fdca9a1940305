/** The assessment of a machine at one moment, and the prediction that an alert is about. */
import { type Static, Type } from '@sinclair/typebox';
import { SiteGroups } from '../notices/alert-told.ts';
import { plainName } from '../topics.ts';
import { ChangeSeq } from './change-seq.ts';
import { Closed } from './closed.ts';
import { Muted } from './muted.ts';

const Identifier = Type.String({ ...plainName });
const Share = Type.Number({ minimum: 0, maximum: 1 });

export const MachineRef = Type.Object({
  site: Identifier,
  machine: Identifier,
  machineType: Identifier,
});
export type MachineRef = Static<typeof MachineRef>;

export const RemainingLife = Type.Object({
  p10: Type.Number({ minimum: 0 }),
  p50: Type.Number({ minimum: 0 }),
  p90: Type.Number({ minimum: 0 }),
  unit: Type.String({
    description: 'the machine type’s unit of life, e.g. cycles',
  }),
});
export type RemainingLife = Static<typeof RemainingLife>;

export const Contribution = Type.Object({
  sensor: Identifier,
  share: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'part of the estimate; shares add to 1',
  }),
  value: Type.Union([Type.Number(), Type.Null()], {
    description: 'latest value, in the sensor’s unit',
  }),
  unit: Type.Optional(Type.String({ maxLength: 64, description: 'UCUM; absent for a pure number' })),
});
export type Contribution = Static<typeof Contribution>;

export const EstimateSource = Type.Union([Type.Literal('model'), Type.Literal('rules')]);
export type EstimateSource = Static<typeof EstimateSource>;

/** The assessment of one machine at one moment. `remainingLife` is null if it cannot be estimated. */
export const Assessment = Type.Object({
  source: EstimateSource,
  model: Type.Union([Type.Object({ name: Type.String(), version: Type.String() }), Type.Null()]),
  detector: Type.Optional(
    Type.Object(
      { name: Type.String(), version: Type.String() },
      {
        description:
          'set if the machine’s own baseline made the assessment, not a trained model; `source` is then `rules`, for readers that do not know this field',
      },
    ),
  ),
  remainingLife: Type.Union([RemainingLife, Type.Null()]),
  health: Share,
  anomaly: Share,
  confidence: Share,
  contributions: Type.Array(Contribution, {
    maxItems: 8,
    description: 'largest share first',
  }),
});
export type Assessment = Static<typeof Assessment>;

/** The origin of an assessment: a trained model, the machine's own baseline, or rules. */
export type JudgedBy = EstimateSource | 'self-learned';

export function judgedBy({ source, detector }: Pick<Assessment, 'source' | 'detector'>): JudgedBy {
  return detector ? 'self-learned' : source;
}

export const Prediction = Type.Intersect([
  MachineRef,
  Assessment,
  Type.Object({
    predictionId: Type.String({
      description: 'constant from opened to resolved',
    }),
    failureMode: Identifier,
    severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')]),
    reasons: Type.Array(Type.String(), {
      maxItems: 8,
      description: 'sentences for a technician',
    }),
    decisionId: Type.String({
      description: 'the decision record behind this change',
    }),
    since: Type.Optional(
      Type.String({
        maxLength: 40,
        description:
          'since when it has been so, by the times of readings; RFC 3339, not later than the event',
      }),
    ),
    until: Type.Optional(
      Type.String({
        maxLength: 40,
        description: 'until when it was so, where it was over before anybody could be told; RFC 3339',
      }),
    ),
    isSilenceOf: Type.Optional(
      Type.Boolean({
        description:
          'true: nothing is known of it because its machine is silent, or something is again; the alert about the silence tells that to all but those who hear of critical alerts only; absent: false',
      }),
    ),
    heardSince: Type.Optional(
      Type.String({
        maxLength: 40,
        description:
          'of a machine that was silent: since when it is heard again, while the alert is still open because it has come back before; RFC 3339',
      }),
    ),
    kind: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          'remaining-life, unusual, limit, silent, sensor-fault, sensor-missing, sensor-stuck or beyond-range; a newer gateway may have others',
      }),
    ),
    action: Type.Optional(
      Type.String({ maxLength: 300, description: 'what to do, in a line for a technician' }),
    ),
    unitS: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'seconds that one unit of remaining life takes this machine, by its own pace; absent if not known',
      }),
    ),
    isNews: Type.Optional(
      Type.Boolean({
        description:
          'false: the same as before in other numbers, of which nobody needs to be told; absent: true',
      }),
    ),
    seq: Type.Optional(ChangeSeq),
    closed: Type.Optional(Closed),
    muted: Type.Optional(Muted),
    siteGroups: Type.Optional(SiteGroups),
    outcome: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          'how it ended, where its cause has not: failed (the machine did), replaced, retired, closed (by hand), unknown (its gateway does not know of it any more), or ended-before (its gateway was put back to an older state)',
      }),
    ),
  }),
]);
export type Prediction = Static<typeof Prediction>;
