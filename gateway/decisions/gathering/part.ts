import { Type } from '@sinclair/typebox';
import { decisionPart } from '../../ports/decisions/decision-part.ts';
import { GatheringDecisionConfig } from './config.ts';

const Setpoint = Type.Object({
  enoughMessages: Type.Number({ description: 'a batch with so many messages does not wait for more' }),
  enoughSoon: Type.Number({ description: 'the same before the first check for more' }),
  skipWaits: Type.Number({ description: 'batches that are sent without a wait after one in vain' }),
});

export const gathering = decisionPart({
  kind: 'gathering',
  about: 'Sets how messages wait for others, to share one write to disk with them.',
  config: GatheringDecisionConfig,
  status: Type.Object(
    { setpoint: Type.Union([Setpoint, Type.Null()], { description: 'what holds now' }) },
    { additionalProperties: true },
  ),
  async create(config, deps) {
    const { GatheringDecision } = await import('./gathering-decision.ts');
    return new GatheringDecision({ ...deps, config });
  },
});
