import type { Condition } from '../../shared/conditions/conditions.ts';
import { bytesText, countText, percentText } from '../../shared/words/amounts.ts';
import type { CloudFacts } from './facts.ts';

const shareMax = 0.8;
const arrivedMax = 20;
/** Figures below which it ends. */
const shareEnds = 0.7;
const arrivedEnds = 10;

export const quarantineFills: Condition<Pick<CloudFacts, 'quarantine'>> = {
  name: 'quarantine-fills',
  meaning: 'Lines that can never be stored arrive in number, or nearly fill the quarantine.',
  openAfterMs: 15_000,
  closeAfterMs: 300_000,
  check({ quarantine: { bytes, bytesMax, arrivedWithinHour } }, _nowMs, open) {
    const isOpen = open.length > 0;
    const share = bytes / bytesMax;
    const reasons: string[] = [];
    if (share >= (isOpen ? shareEnds : shareMax))
      reasons.push(
        `The quarantine is ${percentText(share)} full (${bytesText(bytes)}); when it is full, its oldest lines are dropped.`,
      );
    if (arrivedWithinHour >= (isOpen ? arrivedEnds : arrivedMax))
      reasons.push(
        `${countText(arrivedWithinHour, 'batch')} had lines that cannot be stored within the last hour.`,
      );
    if (reasons.length === 0) return [];
    reasons.push(
      'See what they are and why: harbinger quarantine list. Correct the cause, then send them again.',
    );
    return [{ severity: share >= 1 ? 'critical' : 'warning', reasons }];
  },
  ended: () => 'Hardly any lines come into quarantine now, and it has room.',
};
