import type { AlertKind } from '../truth/event.ts';

/** Kinds of alerts by the names of their failure modes, of which the product may get more. */
const patterns: readonly [RegExp, AlertKind][] = [
  [/gateway|uplink/, 'gateway'],
  [/sensor|probe|beyond-range|stuck/, 'sensor'],
  [/silen|unheard|offline|no-data/, 'silence'],
  [/limit/, 'limit'],
  [/wear|life/, 'wear'],
  [/unusual|anomal/, 'unusual'],
];

export function kindOf(failureMode: string): AlertKind {
  return patterns.find(([pattern]) => pattern.test(failureMode))?.[1] ?? 'other';
}
