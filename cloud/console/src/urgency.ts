import type { Machine, Urgency } from './wire.ts';

/** Most urgent first. */
export const urgencies: readonly Urgency[] = ['failed', 'critical', 'warning', 'ok', 'unknown'];

export const urgencyLabels: Record<Urgency, string> = {
  failed: 'Failed',
  critical: 'Critical',
  warning: 'Warning',
  ok: 'OK',
  unknown: 'Unknown',
};

export function keyOf(machine: { gateway: string; site: string; machine: string }): string {
  return `${machine.gateway}/${machine.site}/${machine.machine}`;
}

/** The order that the API uses too: by urgency, then shortest life, then lowest health, then name. */
export function byUrgency(a: Machine, b: Machine): number {
  return (
    urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
    ascending(a.remainingLife?.p50 ?? null, b.remainingLife?.p50 ?? null) ||
    ascending(a.health, b.health) ||
    (keyOf(a) < keyOf(b) ? -1 : 1)
  );
}

function ascending(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}
