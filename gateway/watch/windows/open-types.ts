import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';

/** Limit of shared types; beyond it, machines with new sets of sensors have a type each. */
const sharedMax = 4_096;

function openSensor(name: string, isState: boolean): Sensor {
  return {
    name,
    unit: '1',
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    ...(isState && { kind: 'state' }),
  };
}

/**
 * Open types, extended by the sensors that their machines actually have. Machines with the same sensors share one type,
 * because there may be thousands.
 */
export class OpenTypes {
  private readonly larger = new Map<MachineType, Map<string, MachineType>>();
  private shared = 0;

  /** Returns `type` with one more sensor. @param isState a text has opened it */
  with(type: MachineType, sensor: string, isState = false): MachineType {
    const key = isState ? `=${sensor}` : sensor;
    const known = this.larger.get(type)?.get(key);
    if (known) return known;
    const made = { ...type, sensors: [...type.sensors, openSensor(sensor, isState)] };
    if (this.shared >= sharedMax) return made;
    this.shared++;
    const others = this.larger.get(type);
    if (others) others.set(key, made);
    else this.larger.set(type, new Map([[key, made]]));
    return made;
  }
}
