import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import { unitAfter } from '../../../../shared/words/units.ts';
import type { AlertInput, SensorFault } from '../../../ports/decision.ts';

/** A failure mode of the sensors of every type: values that they cannot have. */
export interface FaultMode {
  policy: EstimatePolicy;
  concerns(fault: SensorFault): boolean;
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

/** A value beyond the range on the side of the alarm limit may be a machine at its end, so it is critical. */
export const faultModes: readonly FaultMode[] = [
  {
    policy: { ...common, failureMode: 'beyond-range', criticalAt: 1 },
    concerns: ({ isBeyondAlarm }) => isBeyondAlarm,
  },
  { policy: { ...common, failureMode: 'sensor-fault' }, concerns: ({ isBeyondAlarm }) => !isBeyondAlarm },
];

/** Returns the modes that a type does not declare itself. */
export function faultModesOf({ alerts }: MachineType): readonly FaultMode[] {
  const isOwn = ({ policy }: FaultMode) =>
    alerts.some(({ failureMode }) => failureMode === policy.failureMode);
  return faultModes.some(isOwn) ? faultModes.filter((mode) => !isOwn(mode)) : faultModes;
}

export function isFaultMode(failureMode: string): boolean {
  return faultModes.some(({ policy }) => policy.failureMode === failureMode);
}

export function faultsIn({ faults = [] }: AlertInput, mode: FaultMode): SensorFault[] {
  return faults.filter((fault) => mode.concerns(fault));
}

/** One sentence for each sensor that sends what it cannot have. */
export function faultReasons(faults: readonly SensorFault[], { sensors }: MachineType): string[] {
  if (faults.length === 0) return ['Every sensor sends values again that it can have'];
  return faults.slice(0, 8).map(({ sensor: name, value, isBeyondAlarm }) => {
    const sensor = sensors.find((candidate) => candidate.name === name);
    const unit = unitAfter(sensor?.unit ?? '1');
    const range = sensor ? ` (${sensor.min} … ${sensor.max}${unit})` : '';
    if (isBeyondAlarm)
      return `${name} sends ${value}${unit}, beyond what the probe can measure${range}: check the machine, then the probe`;
    const sent = value === null ? 'what is not a number' : `${value}${unit}`;
    return `${name} sends ${sent}, a value that it cannot have${range}: check the probe and its cable`;
  });
}
