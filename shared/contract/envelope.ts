import { checkEvent, type EventData, type EventType, type HarbingerEvent } from './events.ts';
import { knownMax, type RecordBegun, type RecordKnown } from './notices/record-begun.ts';

const timeMsMax = Date.UTC(9999, 11, 31);

/**
 * Formats a time as RFC 3339. A time outside the calendar (a device can send one) is clamped to the nearest valid one.
 */
export function timeText(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs || 0, 0), timeMsMax)).toISOString();
}

export interface EventAbout {
  /** The gateway that says so, or null for the cloud. */
  gateway: string | null;
  /** Must be equal each time the same occurrence is reported, so that a duplicate is recognised. */
  id: string;
  /** When it happened. */
  timeMs: number;
  /** `site/machine` if the event concerns one. */
  subject?: string;
}

/** Wraps an event in its CloudEvents envelope. @throws HarbingerError EVENT_INVALID */
export function newEvent<T extends EventType>(
  type: T,
  { gateway, id, timeMs, subject }: EventAbout,
  data: EventData<T>,
): HarbingerEvent {
  return checkEvent({
    specversion: '1.0',
    id,
    source: gateway === null ? '/cloud' : `/gateways/${gateway}`,
    type,
    ...(subject !== undefined && { subject }),
    time: timeText(timeMs),
    datacontenttype: 'application/json',
    data,
  });
}

/**
 * Says that a record is begun without the one of before. It must be durable before any other that follows from the record, because its receiver goes by the order of events:
 * a gateway whose disk was replaced may have a wrong clock.
 */
export function recordBegun(gateway: string, record: RecordBegun['record'], timeMs: number): HarbingerEvent {
  const id = `${record}-begun/${timeMs.toString(36)}`;
  return newEvent('io.harbinger.record.begun.v1', { gateway, id, timeMs }, { record });
}

/**
 * Says which alerts of a record are open at a start, after all that was not told before, and before anything new. Null if they are too
 * many to be named.
 */
export function recordKnown(
  gateway: string,
  record: RecordKnown['record'],
  open: string[],
  timeMs: number,
): HarbingerEvent | null {
  if (open.length > knownMax) return null;
  const id = `${record}-known/${timeMs.toString(36)}`;
  return newEvent('io.harbinger.record.known.v1', { gateway, id, timeMs }, { record, open });
}
