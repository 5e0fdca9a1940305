import { type Static, Type } from '@sinclair/typebox';
import { governedSettings } from '../governed-settings.ts';

export const GatheringDecisionConfig = Type.Object(
  {
    everyMs: Type.Integer({
      minimum: 100,
      maximum: 60_000,
      default: 1_000,
      description: 'How often it is decided while messages are gathered.',
    }),
    skipWaitsMax: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 32,
      description: 'The most batches that are sent without a wait after one in vain.',
    }),
    ...governedSettings,
    recordsPerMinuteMax: Type.Integer({
      minimum: 0,
      default: 6,
      description: 'Records of decisions that changed something; 0 records none.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How messages are gathered so that they share one write to disk.',
  },
);
export type GatheringDecisionConfig = Static<typeof GatheringDecisionConfig>;
