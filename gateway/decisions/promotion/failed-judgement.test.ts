import { expect, it } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { PromotionDecisionConfig } from './config.ts';
import { PromotionDecision } from './promotion-decision.ts';
import { fakeTrials, trialOf } from './trials.testing.ts';

it('versions of models are judged again after a failure', async () => {
  const clock = manualClock();
  const events: HarbingerEvent[] = [];
  const { models } = fakeTrials();
  const trials = [
    () => {
      throw new Error('it cannot be read');
    },
    () => [trialOf({ key: 'good' })],
  ];
  const decision = new PromotionDecision({
    gateway: 'g',
    models: { ...models, trials: () => trials.shift()?.() ?? [] },
    config: compileValidator(PromotionDecisionConfig)({}, (problem) => new Error(problem)),
    outbox: { event: async (event) => void events.push(event), estimates() {} },
    ...{ clock, log: silentLog },
  });
  await decision.start();
  await clock.advance(60_000);
  await clock.advance(60_000);
  await decision.stop();
  expect(events).toMatchObject([{ data: { answer: { action: 'propose' } } }]);
});
