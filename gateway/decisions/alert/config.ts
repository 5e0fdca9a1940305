import { type Static, Type } from '@sinclair/typebox';
import { BreakerOptions } from '../../../shared/decisions/breaker.ts';

export const AlertDecisionConfig = Type.Object(
  {
    budgetMs: Type.Integer({
      minimum: 1,
      maximum: 60_000,
      default: 1_000,
      description:
        "how long the model may take for a batch before the machine's own past or rules decide: an alert can wait that long",
    }),
    breaker: Type.Object(BreakerOptions.properties, { additionalProperties: false, default: {} }),
    updateMsMin: Type.Integer({
      minimum: 0,
      default: 60_000,
      description: 'between two updates of one prediction, unless its severity rises',
    }),
    updateLifeChange: Type.Number({
      exclusiveMinimum: 0,
      default: 0.2,
      description: 'part by which remaining life must have changed since the last report for an update',
    }),
    estimateMsMin: Type.Integer({
      minimum: 0,
      default: 1_000,
      description: 'between two estimate lines of one machine, unless its alert changes',
    }),
    sampleMs: Type.Integer({
      minimum: 0,
      default: 60_000,
      description: 'one ordinary decision of the gateway is recorded this often; 0 records none',
    }),
    recordsPerMinuteMax: Type.Integer({
      minimum: 0,
      default: 60,
      description: 'of samples and changes of mode; decisions that change an alert are always recorded',
    }),
    machinesMax: Type.Integer({ minimum: 1, default: 100_000 }),
  },
  { additionalProperties: false, default: {} },
);
export type AlertDecisionConfig = Static<typeof AlertDecisionConfig>;
