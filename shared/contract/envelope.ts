import { checkEvent, type EventData, type EventType, type HarbingerEvent } from './events.ts';

const timeMsMax = Date.UTC(9999, 11, 31);

/** RFC 3339. A time that no calendar has (a device can send one) becomes the nearest that it has. */
export function timeText(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs || 0, 0), timeMsMax)).toISOString();
}

export interface EventAbout {
  gateway: string;
  /** The same whenever the same happening is told again, so that it is recognised. */
  id: string;
  /** When it happened. */
  timeMs: number;
  /** `site/machine` where the event is about one. */
  subject?: string;
}

/** A gateway's event in its CloudEvents envelope. @throws HarbingerError EVENT_INVALID */
export function newEvent<T extends EventType>(
  type: T,
  { gateway, id, timeMs, subject }: EventAbout,
  data: EventData<T>,
): HarbingerEvent {
  return checkEvent({
    specversion: '1.0',
    id,
    source: `/gateways/${gateway}`,
    type,
    ...(subject !== undefined && { subject }),
    time: timeText(timeMs),
    datacontenttype: 'application/json',
    data,
  });
}
