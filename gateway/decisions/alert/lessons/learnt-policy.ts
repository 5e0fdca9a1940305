import type { Assessment } from '../../../../shared/contract/events.ts';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import type { CountedLessons } from '../../../ports/fleet/lessons.ts';

/** More false alarms than this change nothing more, nor do more confirmed warnings. */
const stepsMax = 3;
const stepsMin = -1;
/** With each step, the threshold moves by this part of its distance from the highest score. */
const partOfStep = 0.15;
/** Where warnings were confirmed, it is lower by this part of its distance from where the alert ends. */
const lowerPart = 0.25;
/** Nothing that is far off has to last for longer than this, or than its type says: what lasts for hours is called changed. */
const openAfterMsMax = 20 * 60_000;
/** A machine that is held back or has changed scores 0.525, and opens no alert whatever was learnt. */
const openAtMin = 0.53;

/** A policy as it was learnt for a machine, and the sentence that says so; without lessons it is the type's own. */
export interface LearntPolicy {
  policy: EstimatePolicy;
  reason: string | null;
}

/**
 * Applies what earlier warnings of the self-learned detector turned out to be: false alarms raise how far something must be off and how
 * long that must last, confirmed ones lower both. Bounded, so that what is far off is always told.
 */
export function learntPolicy(
  policy: EstimatePolicy,
  { source, detector }: Pick<Assessment, 'source' | 'detector'>,
  lessons: CountedLessons | null,
): LearntPolicy {
  const isSelfLearned = source === 'rules' && detector !== undefined;
  if (!lessons || !isSelfLearned || policy.on !== 'anomaly') return { policy, reason: null };
  const { falseAlarms, confirmed } = lessons;
  const steps = Math.max(stepsMin, Math.min(stepsMax, falseAlarms - confirmed));
  if (steps === 0) return { policy, reason: null };
  const { openAt, resolveAt, openAfter, openAfterMs } = policy;
  const factor = 2 ** steps;
  const moved =
    steps > 0
      ? openAt + (1 - openAt) * partOfStep * steps
      : Math.max(Math.min(openAt, openAtMin), openAt - (openAt - resolveAt) * lowerPart);
  const learnt = {
    ...policy,
    openAt: Number(moved.toFixed(3)),
    openAfter: Math.max(1, Math.round(openAfter * factor)),
    ...(openAfterMs !== undefined && {
      openAfterMs: Math.round(Math.min(openAfterMs * factor, Math.max(openAfterMs, openAfterMsMax))),
    }),
  };
  const of = `Of earlier warnings of this kind here ${falseAlarms} ${falseAlarms === 1 ? 'was a false alarm' : 'were false alarms'} and ${confirmed} confirmed`;
  const now = `its score must reach ${learnt.openAt} (${openAt} as a rule) ${learnt.openAfter} times in a row (${openAfter})`;
  return { policy: learnt, reason: `${of}, so ${now}` };
}
