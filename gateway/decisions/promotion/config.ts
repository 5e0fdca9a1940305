import { type Static, Type } from '@sinclair/typebox';
import { governedSettings } from '../governed-settings.ts';

export const PromotionDecisionConfig = Type.Object(
  {
    everyMs: Type.Integer({
      minimum: 100,
      maximum: 600_000,
      default: 5_000,
      description: 'How often versions of models that are tried are looked at.',
    }),
    promote: Type.Union([Type.Literal('ask'), Type.Literal('by-itself')], {
      default: 'ask',
      description:
        'What happens to a candidate that is at least as good. ask: it is proposed, and a person promotes it (`harbinger models promote`). by-itself: it judges from then on, at this gateway, and is guarded.',
    }),
    readingsMin: Type.Integer({
      minimum: 1,
      default: 10_000,
      description:
        'Readings that both versions have judged before anything but failures is concluded. A guard ends with them, and not before `guardMsMin`.',
    }),
    guardMsMin: Type.Integer({
      minimum: 0,
      maximum: 2_592_000_000,
      default: 3_600_000,
      description: 'How long a new version is guarded at least, however many readings there are.',
    }),
    failuresMin: Type.Integer({
      minimum: 1,
      default: 3,
      description:
        'Batches within a minute that must have failed, or been too slow, before a version is taken back for it.',
    }),
    failedShareMax: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'The part of the batches within a minute that may fail or be too slow.',
    }),
    agreementMin: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.9,
      description:
        'The part of the readings about which both versions must say the same: that they warn, or do not.',
    }),
    differenceMax: Type.Number({
      exclusiveMinimum: 0,
      default: 1,
      description:
        'How far both versions may be apart on average, as a multiple of the remaining life at which the type warns.',
    }),
    alertsFactorMax: Type.Number({
      minimum: 1,
      default: 3,
      description:
        'How many times as many warnings as the version before, or as few, a guarded version may raise.',
    }),
    ...governedSettings,
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Which versions of models are proposed, promoted and taken back.',
  },
);
export type PromotionDecisionConfig = Static<typeof PromotionDecisionConfig>;
