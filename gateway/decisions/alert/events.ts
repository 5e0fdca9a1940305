import { newEvent } from '../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord, HarbingerEvent } from '../../../shared/contract/events.ts';
import type { OpenPrediction } from './state/snapshot.ts';

const reasonsMax = 8;

export interface EventAbout {
  gateway: string;
  /** Time of the reading that caused it. */
  timeMs: number;
}

export type PredictionChange = 'opened' | 'updated' | 'resolved';

/**
 * Builds the event for a change of a prediction. Its id is determined by the change (a prediction opens once and ends
 * once, and a decision updates it once), so that a resend is recognised. @throws HarbingerError EVENT_INVALID
 */
export function predictionEvent(
  { gateway, timeMs }: EventAbout,
  change: PredictionChange,
  prediction: OpenPrediction,
  said: { assessment: Assessment; reasons: string[]; decisionId: string; outcome?: string | undefined },
): HarbingerEvent {
  const { predictionId, site, machine, machineType, failureMode, severity } = prediction;
  const id = `${predictionId}/${change}${change === 'updated' ? `/${said.decisionId}` : ''}`;
  const about = { gateway, id, timeMs, subject: `${site}/${machine}` };
  return newEvent(`io.harbinger.prediction.${change}.v1`, about, {
    site,
    machine,
    machineType,
    ...said.assessment,
    predictionId,
    failureMode,
    severity,
    reasons: said.reasons.slice(0, reasonsMax),
    decisionId: said.decisionId,
    ...(said.outcome !== undefined && { outcome: said.outcome }),
  });
}

/** @throws HarbingerError EVENT_INVALID */
export function recordEvent({ gateway, timeMs }: EventAbout, record: DecisionRecord): HarbingerEvent {
  const about = { gateway, id: record.decisionId, timeMs, subject: record.subject };
  return newEvent('io.harbinger.decision.recorded.v1', about, record);
}

/** Says that nothing is known of predictions that were open before. @throws HarbingerError EVENT_INVALID */
export function begunEvent({ gateway, timeMs }: EventAbout): HarbingerEvent {
  const id = `predictions-begun/${timeMs.toString(36)}`;
  return newEvent('io.harbinger.alerts.begun.v1', { gateway, id, timeMs }, { kind: 'prediction' });
}
