import type { Condition } from '../../shared/conditions/conditions.ts';
import { timeSaid } from '../../shared/conditions/words.ts';
import type { CloudFacts } from './facts.ts';

/** The other notifiers tell it: see cloud/alerts/recipients.ts. */
export const notifierFails: Condition<Pick<CloudFacts, 'notifiers'>> = {
  name: 'notifier-fails',
  meaning: 'A notifier cannot deliver; the other notifiers tell it.',
  openAfterMs: 120_000,
  closeAfterMs: 0,
  check({ notifiers }) {
    // Before the first attempt since the start nothing is known of any.
    if (notifiers.length > 0 && notifiers.every(({ isKnown }) => !isKnown)) return 'unknown';
    return notifiers.flatMap(({ name, failingSinceMs, lastError }) =>
      failingSinceMs === null
        ? []
        : [
            {
              item: name,
              severity: 'critical' as const,
              sinceMs: failingSinceMs,
              reasons: [
                `The notifier '${name}' has delivered nothing since ${timeSaid(failingSinceMs)}: ${lastError ?? 'no answer'}.`,
                'Who is told by it alone hears of no alert. Correct its settings or its receiver; what waits is sent then.',
              ],
            },
          ],
    );
  },
  ended: ({ item = '' }) => `The notifier '${item}' delivers again.`,
};
