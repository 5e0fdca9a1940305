import type { Condition, Finding, NotKnown } from '../../shared/conditions/conditions.ts';
import { dateTimeText } from '../../shared/words/times.ts';
import type { CloudFacts } from './facts.ts';

/** The other notifiers tell it: see cloud/alerts/recipients.ts. */
export const notifierFails: Condition<Pick<CloudFacts, 'notifiers'>> = {
  name: 'notifier-fails',
  meaning: 'A notifier cannot deliver; the other notifiers tell it.',
  openAfterMs: 120_000,
  closeAfterMs: 0,
  check({ notifiers }) {
    return notifiers.flatMap(({ name, failingSinceMs, lastError, isKnown }): (Finding | NotKnown)[] => {
      // Before its first attempt since the start, nothing is known of it.
      if (!isKnown) return [{ item: name, isKnown: false }];
      if (failingSinceMs === null) return [];
      return [
        {
          item: name,
          severity: 'critical',
          sinceMs: failingSinceMs,
          reasons: [
            `The notifier '${name}' has delivered nothing since ${dateTimeText(failingSinceMs)}: ${lastError ?? 'no answer'}.`,
            'Who is told by it alone hears of no alert. Correct its settings or its receiver; what waits is sent then.',
          ],
        },
      ];
    });
  },
  ended({ item = '' }, { notifiers }) {
    const isConfigured = notifiers.some(({ name }) => name === item);
    return isConfigured
      ? `The notifier '${item}' delivers again.`
      : `The notifier '${item}' is not configured any more.`;
  },
};
