import { Type } from '@sinclair/typebox';
import { BreakerOptions } from '../../shared/decisions/breaker.ts';

/** Settings of each kind of decision for which nobody waits: what its policy may take, and when it is not asked. */
export const governedSettings = {
  budgetMs: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 100,
    description: 'How long the policy may take before the rules decide in its place.',
  }),
  breaker: Type.Object(BreakerOptions.properties, {
    additionalProperties: false,
    default: {},
    description: 'The circuit breaker that stops asking a policy which fails.',
  }),
};
