import type { AlertEvent } from '../../contract/events.ts';

/**
 * The opening of an alert that ended before its receiver could be told, for those who hear of no ends: both, told once with the span, as
 * of what was over before anybody could be told. Null if nothing is to be told any more: a problem of Harbinger itself that is over.
 */
export function lateOpening(event: AlertEvent, endedAt: string): AlertEvent | null {
  const { data, time } = event;
  if ('conditionId' in data) return null;
  if (data.until !== undefined) return event;
  return { ...event, data: { ...data, since: data.since ?? time, until: endedAt } } as AlertEvent;
}

/**
 * The end of an alert of whose opening its receiver could not be told: both in one message. What ended by itself is told as over, with its
 * span; a machine that failed, or was replaced, is told as that.
 */
export function endWithOpening(ended: AlertEvent, openedAt: string): AlertEvent {
  const { data, time } = ended;
  if ('conditionId' in data) return ended;
  const since = data.since ?? openedAt;
  const isOver = data.outcome === undefined && data.until === undefined;
  return { ...ended, data: { ...data, since, ...(isOver && { until: time }) } } as AlertEvent;
}
