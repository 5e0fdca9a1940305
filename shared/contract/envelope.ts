import { checkEvent, type EventData, type EventType, type HarbingerEvent } from './events.ts';

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
