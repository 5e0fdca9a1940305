import { fakeTrials, trialOf } from '../../../gateway/decisions/promotion/trials.testing.ts';
import type { DecisionDeps } from '../../../gateway/ports/decisions/decision-part.ts';
import type { SetpointHarness } from './setpoint-suite.ts';

/** A version that judges, and fails. */
export const promotionHarness: SetpointHarness = {
  kind: 'promotion',
  governed() {
    const { models, state } = fakeTrials();
    const ignored = { observed() {}, dropped() {}, failed() {}, replaced() {} };
    const challengers = { challengers: () => [], ...ignored };
    const deps: Partial<DecisionDeps> = { models: { ...models, ...challengers } };
    const health = { answered: 0, failed: 10, slow: 0, lastError: 'the worker is gone' };
    return {
      deps,
      due() {
        state.trials = [trialOf({ role: 'guard', health })];
      },
      setpoint: () => state.done,
    };
  },
  keepsRecords: true,
  wrong: { setting: 'everyMs = 1', key: 'decisions.promotion.everyMs' },
};
