/**
 * An open alert as it is now, for API, page and command line: its content is the newest that its gateway has sent, and figures
 * of an estimate are those of the newest one. What is not known any more is called unknown, and no number of before is shown for it.
 */
import {
  isEstimated,
  isOfBadValues,
  isUnsureText,
  silentFailureMode,
  whatOf,
} from '../contract/alerts/alert-kinds.ts';
import type { Prediction, RemainingLife } from '../contract/events.ts';
import { timeText } from '../words/times.ts';
import type { Unknown } from './evidence.ts';

/** Readings that come for so long without being judged say nothing of the alert. */
const unjudgedMsMax = 30 * 60_000;

/** The facts that are known of its machine now. Times are in ms since 1970. */
export interface LiveMachine {
  lastSeenMs: number;
  estimateMs: number | null;
  unknown: Unknown | null;
  gatewaySilentSinceMs: number | null;
  health: number | null;
  anomaly: number | null;
  remainingLife: RemainingLife | null;
}

export interface LiveAlert {
  /** The time of the readings that it is from. */
  asOfMs: number;
  /** Since when, and why, nobody knows whether it still holds; null if that is known. */
  unknown: Unknown | null;
  prediction: Prediction;
}

interface OpenAlert {
  updatedAt: string;
  asOf?: string;
  prediction: Prediction;
}

/** @param machine undefined if nothing is known of it */
export function liveAlert(alert: OpenAlert, machine: LiveMachine | undefined, at: Words): LiveAlert {
  const { prediction } = alert;
  const saidMs = Date.parse(alert.asOf ?? alert.updatedAt);
  if (!machine) return { asOfMs: saidMs, unknown: null, prediction };
  const { estimateMs } = machine;
  const isNewer = estimateMs !== null && estimateMs > saidMs && isEstimated(prediction);
  const asOfMs = isNewer ? estimateMs : saidMs;
  const unknown = unknownOf(prediction, machine, Math.max(saidMs, estimateMs ?? 0));
  if (unknown) return { asOfMs, unknown, prediction: withoutFigures(prediction, unknown, asOfMs, at) };
  if (!isNewer) return { asOfMs, unknown, prediction };
  const { health, anomaly, remainingLife } = machine;
  const figures = {
    remainingLife,
    health: health ?? prediction.health,
    anomaly: anomaly ?? prediction.anomaly,
  };
  return { asOfMs, unknown, prediction: { ...prediction, ...figures } };
}

/** How times are written. */
export interface Words {
  nowMs: number;
  /** That of this computer if absent. */
  zone?: string | undefined;
}

function unknownOf(
  { failureMode }: Prediction,
  { unknown, gatewaySilentSinceMs, lastSeenMs, estimateMs }: LiveMachine,
  judgedMs: number,
): Unknown | null {
  // That a machine is silent is known, for as long as its gateway is heard.
  if (failureMode === silentFailureMode) return gatewaySilentSinceMs === null ? null : unknown;
  if (unknown) return unknown.isHeard && isOfBadValues(failureMode) ? null : unknown;
  // A cloud that has just been updated does not know yet when it was judged.
  if (estimateMs === null || lastSeenMs - judgedMs <= unjudgedMsMax) return null;
  return { sinceMs: judgedMs, reason: 'Its readings come, and it has not been judged since' };
}

function withoutFigures(
  prediction: Prediction,
  { sinceMs, reason }: Unknown,
  asOfMs: number,
  { nowMs, zone }: Words,
): Prediction {
  const at = (ms: number) => timeText(ms, nowMs, zone);
  const since = sinceMs === null ? '' : ` since ${at(sinceMs)}`;
  const known = prediction.reasons.filter((text) => !isUnsureText(text)).slice(0, 7);
  const [first = capital(whatOf(prediction.failureMode)), ...others] = known.map(
    (text) => `Last known, at ${at(asOfMs)}: ${text}`,
  );
  return {
    ...prediction,
    remainingLife: null,
    contributions: prediction.contributions.map((each) => ({ ...each, value: null })),
    // The first one is all that a list shows: it names the thing.
    reasons: [first, `Whether this still holds is unknown${since}: ${reason}`, ...others],
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
