import type { Closed, endedBefore } from '../../../shared/contract/alerts/closed.ts';
import type { Assessment } from '../../../shared/contract/events.ts';
import type { PredictionChange } from './events.ts';
import type { OpenPrediction } from './state/snapshot.ts';

/** A change of one alert, as it is told. */
export interface AlertChange {
  kind: PredictionChange;
  prediction: OpenPrediction;
  assessment: Assessment;
  reasons: string[];
  /** How it ended, where its cause has not. */
  outcome?: 'failed' | 'replaced' | 'retired' | 'closed' | typeof endedBefore;
  /** The person who has closed it, and why. */
  closed?: Closed;
  /** Until when it was so, where it was over before anybody could be told. */
  untilMs?: number;
  /** The same is told as before, in other numbers. */
  isNews?: false;
  /** That nothing is known of it, because its machine is silent, or something is again. */
  isSilenceOf?: true;
  /** Only whether its machine is muted has changed. */
  isMuting?: true;
  /** True if it must be in the saved state before it is sent: an opening, an end, or other severity or causes. */
  saveFirst: boolean;
}
