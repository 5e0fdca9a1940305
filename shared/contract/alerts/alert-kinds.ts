/** Kinds of alerts about a machine, by their failure modes, and the words for them. */
import type { Prediction } from './prediction.ts';

/** Words for what is measured; alerts of other modes, which machine types name, are by estimates. */
const measuredWords: Readonly<Record<string, string>> = {
  limit: 'sensor beyond its limit',
  silent: 'no signal',
  'sensor-fault': 'faulty probe',
  'sensor-missing': 'sensor not sent any more',
  'sensor-stuck': 'sensor stuck at one value',
  'beyond-range': 'value beyond what the probe can measure',
};

export const silentFailureMode = 'silent';

/** The failure mode in words; its own name if it has no others. */
export function whatOf(mode: string): string {
  return Object.hasOwn(measuredWords, mode) ? measuredWords[mode]! : mode;
}

/** True if figures of an estimate belong to it: what rules make of a value that has just jumped over its limit says nothing about life. */
export function isEstimated({
  failureMode,
  source,
  detector,
}: Pick<Prediction, 'failureMode' | 'source' | 'detector'>): boolean {
  if (!Object.hasOwn(measuredWords, failureMode)) return true;
  return failureMode === 'limit' && (source === 'model' || detector !== undefined);
}
