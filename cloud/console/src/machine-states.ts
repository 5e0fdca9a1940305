import { machineStates } from '../../../shared/machine-state/evidence.ts';
import { shortTime } from './format.ts';
import type { Machine, MachineStateName } from './wire.ts';
import { texts } from './words/words.ts';

export const stateLabel = (state: MachineStateName): string => texts().fleet.states[state];

/** The word on the badge of a machine; of maintenance also until when it lasts, and that it is muted. */
export function badgeLabel({ state, maintenance, muted }: Machine, nowMs: number): string {
  const words = texts().fleet;
  const until = state === 'maintenance' && maintenance ? words.until(shortTime(maintenance.toMs, nowMs)) : '';
  return `${stateLabel(state)}${until}${muted ? words.muted : ''}`;
}

/** Most urgent first, as the API has them. */
export const states: readonly MachineStateName[] = machineStates;
const ranks: Readonly<Record<string, number>> = Object.fromEntries(states.map((name, i) => [name, i]));

export function keyOf(machine: { gateway: string; site: string; machine: string }): string {
  return `${machine.gateway}/${machine.site}/${machine.machine}`;
}

/** The order that the API uses too: by state, then shortest life, then lowest health, then name. */
export function byState(a: Machine, b: Machine): number {
  return (
    ranks[a.state]! - ranks[b.state]! ||
    ascending(a.remainingLife?.p50 ?? null, b.remainingLife?.p50 ?? null) ||
    ascending(a.health, b.health) ||
    (keyOf(a) < keyOf(b) ? -1 : 1)
  );
}

function ascending(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}
