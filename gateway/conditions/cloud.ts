import type { Condition } from '../../shared/conditions/conditions.ts';
import { dateTimeText } from '../../shared/words/times.ts';
import type { GatewayFacts } from './facts.ts';

/** Shown and kept here. The cloud, which hears of it when it is over, tells nobody: it has told of the silence itself. */
export const cloudUnreachable: Condition<Pick<GatewayFacts, 'cloud'>> = {
  name: 'cloud-unreachable',
  meaning: 'The cloud has not been reached for a quarter of an hour.',
  openAfterMs: 900_000,
  closeAfterMs: 60_000,
  check({ cloud }) {
    if (!cloud) return 'unknown';
    if (cloud === 'none') return [];
    const { isConnected, lostSinceMs, lastError } = cloud;
    if (isConnected || lostSinceMs === null) return [];
    return [
      {
        severity: 'warning',
        sinceMs: lostSinceMs,
        reasons: [
          `The cloud has not been reached since ${dateTimeText(lostSinceMs)}: ${lastError ?? 'no connection'}.`,
          'Readings are kept here and sent when it is reached again; alerts are told only at this site meanwhile.',
          'Look at the network of this gateway, and whether the cloud runs.',
        ],
      },
    ];
  },
  ended: (_open, { cloud }) =>
    cloud === 'none' ? 'No cloud is configured any more.' : 'The cloud is reached again.',
};
