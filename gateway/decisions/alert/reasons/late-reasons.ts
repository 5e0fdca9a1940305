import { durationText, timeText } from '../../../../shared/words/times.ts';
import type { AlertInput } from '../../../ports/decision.ts';

/** Readings that are older than this came late: others are on their way for less. */
const lateMsMin = 10 * 60_000;

/** Says that what holds by readings that came late is told late; empty if they did not. @param wallMs by the gateway's clock */
export function lateReasons({ timeMs, silence }: AlertInput, wallMs: number): string[] {
  const lateMs = wallMs - timeMs;
  if (silence || lateMs < lateMsMin) return [];
  return [
    `It is told late: the newest reading is from ${timeText(timeMs, wallMs)}, and came ${durationText(lateMs)} after that`,
  ];
}
