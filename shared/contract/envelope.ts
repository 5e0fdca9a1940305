import { createHash } from 'node:crypto';
import { checkEvent, type EventData, type EventType, type HarbingerEvent } from './events.ts';
import { knownMax, partsMax, type RecordBegun } from './notices/record-begun.ts';

const idLengthMax = 128;
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

/** An id of an event from a text that names it, which may be too long for one. */
export function eventIdOf(text: string): string {
  return text.length <= idLengthMax ? text : createHash('sha256').update(text).digest('hex');
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
 * Events that say what a record holds at a start, after all that was not told before, and before anything new. None if it is more than
 * can be named.
 */
export function recordKnown(
  gateway: string,
  record: RecordBegun['record'],
  names: readonly string[],
  timeMs: number,
): HarbingerEvent[] {
  const id = `${record}-known/${timeMs.toString(36)}`;
  const isOfAlerts = record === 'predictions' || record === 'conditions';
  if (isOfAlerts && names.length <= knownMax)
    return [newEvent('io.harbinger.record.known.v1', { gateway, id, timeMs }, { record, open: [...names] })];
  const count = Math.max(1, Math.ceil(names.length / knownMax));
  if (count > partsMax) return [];
  const sorted = [...names].sort();
  return Array.from({ length: count }, (_, i) => {
    const some = sorted.slice(i * knownMax, (i + 1) * knownMax);
    const after = i === 0 ? '' : sorted[i * knownMax - 1]!;
    const upTo = i === count - 1 ? null : some.at(-1)!;
    const about = { gateway, id: `${id}/${i}`, timeMs };
    return newEvent('io.harbinger.record.part.v1', about, { record, after, upTo, names: some });
  });
}
