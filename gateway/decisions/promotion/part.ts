import { Type } from '@sinclair/typebox';
import { decisionPart } from '../../ports/decisions/decision-part.ts';
import { PromotionDecisionConfig } from './config.ts';

export const promotion = decisionPart({
  kind: 'promotion',
  about: 'Proposes versions of models that run beside, and takes back those that fail or are worse.',
  config: PromotionDecisionConfig,
  status: Type.Object(
    { proposed: Type.Array(Type.String(), { description: 'trials whose candidate was proposed' }) },
    { additionalProperties: true },
  ),
  async create(config, deps) {
    const { PromotionDecision } = await import('./promotion-decision.ts');
    return new PromotionDecision({ ...deps, config });
  },
});
