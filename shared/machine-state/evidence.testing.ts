/** A machine that is fine, and what may be otherwise, for tests of its state. */
import type { MachineEvidence } from './evidence.ts';
import { machineStateOf } from './machine-state.ts';

export const nowMs = Date.parse('2026-03-10T09:00:00Z');
export const min = 60_000;

/** A machine that is fine: judged by its model, heard a second ago. */
export function evidence(over: Partial<MachineEvidence> = {}): MachineEvidence {
  return {
    nowMs,
    zone: 'Europe/Berlin',
    failedMs: null,
    alerts: [],
    gateway: { name: 'gw2', silentSinceMs: null },
    trouble: null,
    lastReadingMs: nowMs - 1_000,
    heardMs: nowMs - 1_000,
    unheardMsMax: 15 * min,
    estimate: { source: 'model', remainingLife: null, health: 1 },
    limitsMet: null,
    policiesMet: null,
    hasLimits: false,
    learning: null,
    calmSinceMs: null,
    ...over,
  };
}

export const rules = { source: 'rules', remainingLife: null, health: 1 } as const;
export const life = (p50: number) => ({
  source: 'model' as const,
  health: 1,
  remainingLife: { p10: p50 / 2, p50, p90: 2 * p50, unit: 'cycles' },
});
export const alert = (failureMode: string, severity: 'warning' | 'critical' = 'warning') => ({
  failureMode,
  severity,
  reasons: [`because of ${failureMode}`],
  sinceMs: nowMs - 5 * min,
});
export const stateOf = (over: Partial<MachineEvidence>) => machineStateOf(evidence(over)).state;
export const reasonOf = (over: Partial<MachineEvidence>) => machineStateOf(evidence(over)).reason;
