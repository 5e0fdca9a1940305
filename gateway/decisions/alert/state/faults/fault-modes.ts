import type { EstimatePolicy } from '../../../../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../../../../shared/domain/machine-type.ts';
import type { AlertInput, SensorFault } from '../../../../ports/decision.ts';

/** A failure mode of the sensors of every type: values that they cannot have, none, or always the same. */
export interface FaultMode {
  policy: EstimatePolicy;
  concerns(fault: SensorFault): boolean;
  /** True for a mode whose end is proven by a new reading of each sensor, not by the absence of a fault. */
  missing?: boolean;
  stuck?: boolean;
}

/** As with other alerts, one odd value opens none: three estimates in a row must find it, and ten must find none. */
const common = {
  on: 'anomaly',
  openAt: 1,
  resolveAt: 0,
  minConfidence: 0,
  openAfter: 3,
  resolveAfter: 10,
} as const;

/** A sensor that is missing or stuck was so for long, by its own rhythm, when the first estimate finds it. */
const judged = { ...common, openAfter: 1, resolveAfter: 3 } as const;

/** A value beyond the range on the side of the alarm limit may be a machine at its end, so it is critical. */
export const faultModes: readonly FaultMode[] = [
  {
    policy: { ...common, failureMode: 'beyond-range', criticalAt: 1 },
    concerns: ({ isBeyondAlarm }) => isBeyondAlarm,
  },
  {
    policy: { ...common, failureMode: 'sensor-fault' },
    concerns: ({ isBeyondAlarm, missing, stuck }) => !isBeyondAlarm && !missing && !stuck,
  },
  {
    policy: { ...judged, failureMode: 'sensor-missing' },
    concerns: ({ missing }) => missing !== undefined,
    missing: true,
  },
  {
    policy: { ...judged, failureMode: 'sensor-stuck' },
    concerns: ({ stuck }) => stuck !== undefined,
    stuck: true,
  },
];

const modesByAlerts = new WeakMap<MachineType['alerts'], readonly FaultMode[]>();

/** Returns the modes that a type does not declare itself. They are found once for each type: every decision asks for them. */
export function faultModesOf({ alerts }: MachineType): readonly FaultMode[] {
  const known = modesByAlerts.get(alerts);
  if (known) return known;
  const isOwn = ({ policy }: FaultMode) =>
    alerts.some(({ failureMode }) => failureMode === policy.failureMode);
  const modes = faultModes.filter((mode) => !isOwn(mode));
  modesByAlerts.set(alerts, modes);
  return modes;
}

export function isFaultMode(failureMode: string): boolean {
  return faultModes.some(({ policy }) => policy.failureMode === failureMode);
}

export function faultsIn({ faults = [] }: AlertInput, mode: FaultMode): SensorFault[] {
  return faults.filter((fault) => mode.concerns(fault));
}
