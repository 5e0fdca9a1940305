import type { Condition } from '../../shared/conditions/conditions.ts';
import { bytesText, countText, percentText } from '../../shared/words/amounts.ts';
import type { GatewayFacts } from './facts.ts';

const warnShare = 0.5;
const criticalShare = 0.9;

export const backlogGrows: Condition<Pick<GatewayFacts, 'backlog'>> = {
  name: 'backlog',
  meaning:
    'What the cloud has not confirmed fills half of the journal (critical: nine tenths), or was dropped.',
  openAfterMs: 60_000,
  closeAfterMs: 300_000,
  check({ backlog }) {
    if (!backlog) return 'unknown';
    const { share, bytesMax, droppedWithinHour } = backlog;
    if (share < warnShare && droppedWithinHour === 0) return [];
    const reasons = [
      `What the cloud has not confirmed takes about ${percentText(share)} of the journal’s ${bytesText(bytesMax)}.`,
    ];
    if (droppedWithinHour > 0)
      reasons.push(
        `${countText(droppedWithinHour, 'line')} of readings were dropped within the last hour to make room.`,
      );
    else reasons.push('When it is full, the oldest readings are dropped.');
    reasons.push('Look at the connection to the cloud, or give the journal more room (journal.bytesMax).');
    return [{ severity: share >= criticalShare || droppedWithinHour > 0 ? 'critical' : 'warning', reasons }];
  },
  ended: () => 'The cloud has confirmed most of what waited.',
};
