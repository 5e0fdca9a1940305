import type { Condition } from '../../shared/conditions/conditions.ts';
import { bytesText } from '../../shared/words/amounts.ts';
import type { CloudFacts } from './facts.ts';

/** A pass deletes in pieces, and what is stored meanwhile may be more than the bound for a moment. */
const slack = 1.02;

export const retentionFails: Condition<Pick<CloudFacts, 'retention'>> = {
  name: 'retention-bound',
  meaning:
    'The store takes more than its bound, although retention has made its passes, or takes nothing more.',
  openAfterMs: 1_500_000,
  closeAfterMs: 60_000,
  check({ retention }) {
    if (!retention) return [];
    const { space, boundBytes, whenFull } = retention;
    if (!space) return 'unknown';
    if (boundBytes === null || space.usedBytes <= boundBytes * (whenFull === 'refuse' ? 1 : slack)) return [];
    const size = `The store takes ${bytesText(space.usedBytes)}, more than its bound of ${bytesText(boundBytes)}.`;
    const why =
      whenFull === 'refuse'
        ? 'As it is set, nothing new is stored; gateways keep what they have.'
        : 'Retention could not make it smaller: see its notes with `harbinger retention`.';
    return [
      {
        severity: 'critical',
        reasons: [size, why, 'Give the store a larger disk or bound, or keep less (jobs.retention).'],
      },
    ];
  },
  ended: () => 'The store is within its bound again.',
};
