import { Type } from '@sinclair/typebox';
import { expect, it } from 'vitest';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { AlertDecisionConfig } from './config.ts';

it('needs no settings', () => {
  const read = compileValidator(Type.Object({ decisions: AlertDecisionConfig }));
  expect(read({}, (problem) => new Error(problem)).decisions).toMatchObject({
    budgetMs: 1_000,
    breaker: { failures: 5, halfOpenAfterMs: 30_000 },
    recordsPerMinuteMax: 60,
  });
});
