/** Comparison of a candidate with the version that judges, as it is told. */
import { expect, it } from 'vitest';
import type { Decided } from '../../../../shared/decisions/policy.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import { assessmentOf, inputOf } from '../../../models/versions/versions.testing.ts';
import type { ModelChallenger, Observation } from '../../../ports/models/versions.ts';
import { AlertDecisionConfig } from '../config.ts';
import { ShadowedAlerts } from './shadow.ts';

it('is compared with the version that judges only, and not with another one that answers in its place', () => {
  const challenger: ModelChallenger = {
    model: { name: 'pump-rul', version: '2.1.0' },
    judge: { name: 'pump-rul', version: '2.0.0' },
    machineType: 'pump',
    assessor: { name: 'candidate', version: '2.1.0', assess: async () => [] },
    takes: () => true,
  };
  const seen: Observation[] = [];
  const shadow = new ShadowedAlerts({
    models: {
      challengers: () => [challenger],
      observed: (_, observation) => void seen.push(observation),
      ...{ dropped() {}, failed() {}, replaced() {} },
    },
    config: compileValidator(AlertDecisionConfig)({}, (problem) => new Error(problem)),
    clock: manualClock(),
    newId: () => 'id',
    record() {},
  });
  for (const judge of ['pump-rul@2.0.0', 'pump-rul@1.9.0']) {
    const answer = assessmentOf(judge, 100);
    const decided = { mode: 'active', verdict: { answer, confidence: 1, reasons: [] }, latencyMs: 1 };
    const said = { answer: assessmentOf('pump-rul@2.1.0', 90), confidence: 1, reasons: [] };
    shadow.compared(shadow.challengers()[0]!, {
      input: inputOf('pump-1'),
      decided: decided as unknown as Decided<typeof answer>,
      outcome: { verdict: said, noVerdict: null } as never,
      latencyMs: 1,
    });
  }
  expect(seen.map(({ active }) => active?.model?.version)).toEqual(['2.0.0', undefined]);
});
