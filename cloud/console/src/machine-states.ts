import { shortTime } from './format.ts';
import type { Machine, MachineStateName } from './wire.ts';

/** Most urgent first, as the API has them. */
export const stateLabels: Record<MachineStateName, string> = {
  failed: 'Failed',
  critical: 'Critical',
  warning: 'Warning',
  silent: 'Silent',
  unknown: 'Unknown',
  ok: 'OK',
  learning: 'Learning',
  maintenance: 'Maintenance',
  stopped: 'Stopped',
};

/** The word on the badge of a machine; of maintenance also until when it lasts, and that it is muted. */
export function badgeLabel({ state, maintenance, muted }: Machine, nowMs: number): string {
  const until = state === 'maintenance' && maintenance ? ` until ${shortTime(maintenance.toMs, nowMs)}` : '';
  return `${stateLabels[state]}${until}${muted ? ' · muted' : ''}`;
}

export const states = Object.keys(stateLabels) as MachineStateName[];

export function keyOf(machine: { gateway: string; site: string; machine: string }): string {
  return `${machine.gateway}/${machine.site}/${machine.machine}`;
}

/** The order that the API uses too: by state, then shortest life, then lowest health, then name. */
export function byState(a: Machine, b: Machine): number {
  return (
    states.indexOf(a.state) - states.indexOf(b.state) ||
    ascending(a.remainingLife?.p50 ?? null, b.remainingLife?.p50 ?? null) ||
    ascending(a.health, b.health) ||
    (keyOf(a) < keyOf(b) ? -1 : 1)
  );
}

function ascending(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}
