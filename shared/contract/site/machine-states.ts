/** Most urgent first; at the end those about which nobody has to think now. */
export const machineStates = [
  'failed',
  'critical',
  'warning',
  'silent',
  'unknown',
  'ok',
  'learning',
  'maintenance',
  'stopped',
] as const;
export type MachineStateName = (typeof machineStates)[number];
