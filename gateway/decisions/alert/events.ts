import type { Closed } from '../../../shared/contract/alerts/closed.ts';
import { newEvent, timeText } from '../../../shared/contract/envelope.ts';
import type { Assessment, HarbingerEvent, Prediction } from '../../../shared/contract/events.ts';
import type { ForPeople } from './reasons/for-people.ts';
import type { OpenPrediction } from './state/snapshot.ts';

const reasonsMax = 8;

export interface EventAbout {
  gateway: string;
  /** Time of the reading that caused it. */
  timeMs: number;
}

export type PredictionChange = 'opened' | 'updated' | 'resolved';

export interface SaidOfPrediction {
  assessment: Assessment;
  reasons: string[];
  decisionId: string;
  outcome?: string | undefined;
  closed?: Closed | undefined;
  untilMs?: number | undefined;
  /** Since when its machine is heard again, if its silence is over and only its end waits. */
  heardSinceMs?: number | undefined;
  /** False if only numbers have changed. */
  isNews?: boolean;
  isSilenceOf?: true | undefined;
  /** Absent where its machine's type is not at hand. */
  forPeople?: ForPeople | undefined;
}

/**
 * Builds the event for a change of a prediction. Its id is determined by the change (a prediction opens once and ends
 * once, and a decision updates it once), so that a resend is recognised. @throws HarbingerError EVENT_INVALID
 */
export function predictionEvent(
  { gateway, timeMs }: EventAbout,
  change: PredictionChange,
  prediction: OpenPrediction,
  said: SaidOfPrediction,
): HarbingerEvent {
  const { predictionId, site, machine } = prediction;
  // One that the cloud has opened again may end a second time, as after an older state was put back.
  const id = `${predictionId}/${change}${change === 'opened' ? '' : `/${said.decisionId}`}`;
  const about = { gateway, id, timeMs, subject: `${site}/${machine}` };
  return newEvent(`io.harbinger.prediction.${change}.v1`, about, contentOf(prediction, said, timeMs));
}

/** Builds the event that says what an open prediction is now, of which nobody is told. @throws HarbingerError EVENT_INVALID */
export function nowEvent(
  { gateway, timeMs }: EventAbout,
  prediction: OpenPrediction,
  said: SaidOfPrediction,
): HarbingerEvent {
  const { predictionId, site, machine } = prediction;
  const about = {
    gateway,
    id: `${predictionId}/now/${said.decisionId}`,
    timeMs,
    subject: `${site}/${machine}`,
  };
  return newEvent('io.harbinger.prediction.now.v1', about, contentOf(prediction, said, timeMs));
}

function contentOf(prediction: OpenPrediction, said: SaidOfPrediction, timeMs: number): Prediction {
  const { predictionId, site, machine, machineType, failureMode, severity } = prediction;
  const { openedAtMs, sinceMs = openedAtMs } = prediction;
  return {
    site,
    machine,
    machineType,
    ...said.assessment,
    predictionId,
    failureMode,
    severity,
    reasons: said.reasons.slice(0, reasonsMax),
    decisionId: said.decisionId,
    since: timeText(Math.min(sinceMs, timeMs)),
    ...(said.untilMs !== undefined && { until: timeText(said.untilMs) }),
    ...(said.heardSinceMs !== undefined && { heardSince: timeText(said.heardSinceMs) }),
    ...said.forPeople,
    ...(said.isSilenceOf && { isSilenceOf: true }),
    ...(said.isNews === false && { isNews: false }),
    ...(prediction.seq !== undefined && { seq: prediction.seq }),
    ...(said.closed && { closed: said.closed }),
    ...(prediction.muted && { muted: prediction.muted }),
    ...(said.outcome !== undefined && { outcome: said.outcome }),
  };
}
