import { dateTimeText } from '../words/times.ts';
import type { Condition, Finding, NotKnown } from './conditions.ts';

export interface NotifierFacts {
  name: string;
  /** Since when each attempt has failed, in ms since 1970; null after a confirmed one, or before the first. */
  failingSinceMs: number | null;
  lastError: string | null;
  /** False until something was sent, or failed, since the start. */
  isKnown: boolean;
}

/** The other notifiers tell it: see shared/notifications/recipients.ts. */
export const notifierFails: Condition<{ notifiers: readonly NotifierFacts[] }> = {
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
