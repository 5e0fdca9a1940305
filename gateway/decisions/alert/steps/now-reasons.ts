/** The words for what an open alert is now, between its changes. */
import { isEstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { beyondReasons, contributionReasons } from '../reasons/reasons.ts';
import { trendReasons } from '../reasons/trend-reasons.ts';
import type { Cause } from '../state/causes.ts';
import { awayReasons } from './away-reasons.ts';
import { currentReasons } from './cause-steps.ts';
import type { Judged } from './judged.ts';

/** Empty if this input shows nothing of it. @param causes those of the alert; the words for limits come first */
export function nowReasons(judged: Judged, causes: readonly Cause[]): string[] {
  const ordered = [...causes].sort((a, b) => Number(b.kind === 'limit') - Number(a.kind === 'limit'));
  const said = ordered.flatMap((cause) => {
    const away = awayReasons(judged, cause);
    if (away) return away;
    const current = currentReasons(judged, cause);
    if (cause.kind !== 'estimate' || current.length === 0) return current;
    const { ranges, more } = estimateReasons(judged, cause);
    return [...ranges, ...current, ...more];
  });
  return [...new Set(said)];
}

function estimateReasons({ input, decided }: Judged, { failureMode }: Cause) {
  const { type } = input.machine;
  const policy = type.alerts.find((each) => each.failureMode === failureMode);
  const ranges = policy && isEstimatePolicy(policy) && policy.on === 'anomaly' ? beyondReasons(input) : [];
  const { answer } = decided.verdict;
  const isUnknown = policy?.on === 'remaining-life' && answer.remainingLife === null;
  const weights = ranges.length > 0 || isUnknown ? [] : contributionReasons(answer, type);
  return { ranges, more: [...trendReasons(input), ...weights] };
}
