import {
  type Assessment,
  checkEvent,
  type DecisionRecord,
  type EventData,
  type EventType,
  type HarbingerEvent,
} from '../../shared/contract/events.ts';
import type { OpenPrediction } from './snapshot.ts';

const reasonsMax = 8;

export interface EventAbout {
  gateway: string;
  /** Time of the reading that led to it. */
  timeMs: number;
}

const timeMsMax = Date.UTC(9999, 11, 31);

/** RFC 3339. A time that no calendar has (a device can send one) becomes the nearest that it has. */
export function timeText(timeMs: number): string {
  return new Date(Math.min(Math.max(timeMs || 0, 0), timeMsMax)).toISOString();
}

function event<T extends EventType>(
  about: EventAbout,
  id: string,
  type: T,
  subject: string,
  data: EventData<T>,
): HarbingerEvent {
  return checkEvent({
    specversion: '1.0',
    id,
    source: `/gateways/${about.gateway}`,
    type,
    subject,
    time: timeText(about.timeMs),
    datacontenttype: 'application/json',
    data,
  });
}

export type PredictionChange = 'opened' | 'updated' | 'resolved';

/**
 * A change of a prediction. Its id is fixed by what it is (a prediction opens once and ends once, and a decision updates
 * it once), so that sending it again is recognised. @throws HarbingerError EVENT_INVALID
 */
export function predictionEvent(
  about: EventAbout,
  change: PredictionChange,
  prediction: OpenPrediction,
  said: { assessment: Assessment; reasons: string[]; decisionId: string },
): HarbingerEvent {
  const { predictionId, site, machine, machineType, failureMode, severity } = prediction;
  const id = `${predictionId}/${change}${change === 'updated' ? `/${said.decisionId}` : ''}`;
  return event(about, id, `io.harbinger.prediction.${change}.v1`, `${site}/${machine}`, {
    site,
    machine,
    machineType,
    ...said.assessment,
    predictionId,
    failureMode,
    severity,
    reasons: said.reasons.slice(0, reasonsMax),
    decisionId: said.decisionId,
  });
}

/** @throws HarbingerError EVENT_INVALID */
export function recordEvent(about: EventAbout, record: DecisionRecord): HarbingerEvent {
  return event(about, record.decisionId, 'io.harbinger.decision.recorded.v1', record.subject, record);
}
