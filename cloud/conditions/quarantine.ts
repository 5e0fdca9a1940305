import type { Condition } from '../../shared/conditions/conditions.ts';
import { bytesText, countText, percentText } from '../../shared/words/amounts.ts';
import type { CloudFacts } from './facts.ts';

const shareMax = 0.8;
const arrivedMax = 20;

export const quarantineFills: Condition<Pick<CloudFacts, 'quarantine'>> = {
  name: 'quarantine-fills',
  meaning: 'Lines that can never be stored arrive in number, or nearly fill the quarantine.',
  openAfterMs: 15_000,
  closeAfterMs: 300_000,
  check({ quarantine: { bytes, bytesMax, arrivedWithinHour } }) {
    const share = bytes / bytesMax;
    const reasons: string[] = [];
    if (share >= shareMax)
      reasons.push(
        `The quarantine is ${percentText(share)} full (${bytesText(bytes)}); when it is full, its oldest lines are dropped.`,
      );
    if (arrivedWithinHour >= arrivedMax)
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
