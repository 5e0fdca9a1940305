import type { Condition } from '../../shared/conditions/conditions.ts';
import { bytesText, countText, percentText } from '../../shared/words/amounts.ts';
import type { GatewayFacts } from './facts.ts';

const warnShare = 0.5;
const criticalShare = 0.9;
/** So much less it must be until it ends, or is less severe. */
const betterShare = 0.1;

export const backlogGrows: Condition<Pick<GatewayFacts, 'backlog' | 'cloud'>> = {
  name: 'backlog',
  meaning:
    'What the cloud has not confirmed fills half of the journal (critical: nine tenths), or was dropped.',
  openAfterMs: 60_000,
  closeAfterMs: 300_000,
  check({ backlog, cloud }, _nowMs, [open]) {
    // Without a cloud nothing waits for it.
    if (cloud === 'none') return [];
    if (!backlog) return 'unknown';
    const { share, bytesMax, droppedWithinHour } = backlog;
    if (share < warnShare - (open ? betterShare : 0) && droppedWithinHour === 0) return [];
    const criticalFrom = criticalShare - (open?.severity === 'critical' ? betterShare : 0);
    const reasons = [
      `What the cloud has not confirmed takes about ${percentText(share)} of the journal’s ${bytesText(bytesMax)}.`,
    ];
    if (droppedWithinHour > 0)
      reasons.push(
        `${countText(droppedWithinHour, 'line')} of readings were dropped within the last hour to make room.`,
      );
    else reasons.push('When it is full, the oldest readings are dropped.');
    reasons.push('Look at the connection to the cloud, or give the journal more room (journal.bytesMax).');
    return [{ severity: share >= criticalFrom || droppedWithinHour > 0 ? 'critical' : 'warning', reasons }];
  },
  ended: (_open, { cloud }) =>
    cloud === 'none' ? 'No cloud is configured any more.' : 'The cloud has confirmed most of what waited.',
};
