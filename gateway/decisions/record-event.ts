import { newEvent } from '../../shared/contract/envelope.ts';
import type { DecisionRecord, HarbingerEvent } from '../../shared/contract/events.ts';

export interface RecordAbout {
  gateway: string;
  /** Time of the reading that caused it, or of the decision if none did. */
  timeMs: number;
}

/** Returns the event of a decision record. @throws HarbingerError EVENT_INVALID */
export function recordEvent({ gateway, timeMs }: RecordAbout, record: DecisionRecord): HarbingerEvent {
  // Only a subject with a slash is a machine.
  const { subject } = record;
  const about = { gateway, id: record.decisionId, timeMs, ...(subject.includes('/') && { subject }) };
  return newEvent('io.harbinger.decision.recorded.v1', about, record);
}
