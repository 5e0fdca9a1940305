import { declareErrors, type ReasonList } from '../runtime/errors.ts';
import type { FallbackCause } from './policy.ts';

export const errorCodes = declareErrors({
  DECISION_FALLBACK_FAILED: {
    stage: 'decision',
    meaning: 'Neither the model nor any fallback could decide. This is a fault of the program.',
    retried: 'Yes, with the next readings of the machines.',
    remedy:
      'Report it to the makers of Harbinger with the log (`journalctl -u harbinger-gateway` for a service).',
  },
});

export const reasonLists: ReasonList[] = [
  {
    title: 'Why a decision was not made by the model',
    where:
      'The field `fallbackCause` of decision records (`harbinger decisions`), and `/api/status` of the gateway.',
    reasons: {
      timeout: 'The model did not answer within `decisions.alerts.budgetMs`. See the load of the CPU.',
      error: 'The model has failed; see the codes that begin with `MODEL_`.',
      invalid: 'The answer of the model did not pass the checks. Train or install the model anew.',
      'breaker-open':
        'The model has failed too often in a row, or was too slow, and is not asked for a while (`decisions.alerts.breaker`).',
      busy: 'Earlier requests to the model are still running.',
      'no-answer': 'The model has no answer for this machine, for example because its history is too short.',
      override: 'A person wants the rules to decide (`harbinger overrides list`).',
    } satisfies Record<FallbackCause, string>,
  },
];
