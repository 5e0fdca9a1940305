import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';

/** Types that are found again; beyond it, machines with yet other sensors have one each. */
const sharedMax = 4_096;

function openSensor(name: string): Sensor {
  return { name, unit: '1', min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
}

/** Open types with the sensors that their machines turn out to have. Those with the same share one: there may be thousands. */
export class OpenTypes {
  private readonly larger = new Map<MachineType, Map<string, MachineType>>();
  private shared = 0;

  /** `type` with one more sensor. */
  with(type: MachineType, sensor: string): MachineType {
    const known = this.larger.get(type)?.get(sensor);
    if (known) return known;
    const made = { ...type, sensors: [...type.sensors, openSensor(sensor)] };
    if (this.shared >= sharedMax) return made;
    this.shared++;
    const others = this.larger.get(type);
    if (others) others.set(sensor, made);
    else this.larger.set(type, new Map([[sensor, made]]));
    return made;
  }
}
