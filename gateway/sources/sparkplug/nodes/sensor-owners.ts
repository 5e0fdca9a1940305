import { sensorName } from '../../../../shared/names/sensor-name.ts';
import type { Names } from './names.ts';

/** Metrics may have names without a birth, so their number is limited here too. */
const ownersMax = 20_000;
/** The owner of a sensor that the settings name: whatever they give to it. */
const settings = '';
/** mqtt-spb-wrapper has it before the names in births, and not in data: both are one metric. */
const birthPrefix = /^DATA\//;

/**
 * By sensor of one machine, the metric that it belongs to. `Motor/temperature` and `Motor_temperature` would both be the
 * sensor `Motor_temperature`, and one series of two things. The metric whose name fits as it is has it, else the first.
 */
export class SensorOwners {
  private readonly owners = new Map<string, string>();
  /** Metrics that the settings give to sensors, without the prefix. */
  private readonly given = new Set<string>();
  private readonly names: Names;

  constructor(names: Names) {
    this.names = names;
  }

  owns({ name, sensor }: { name: string; sensor: string }): boolean {
    // As the contract makes names of sensors.
    const plain = sensorName(sensor);
    const owner = this.owners.get(plain);
    const isSet = this.names.isSet(name);
    const own = isSet ? settings : name.replace(birthPrefix, '');
    const metric = `${plain} ${name.replace(birthPrefix, '')}`;
    if (isSet && this.given.size < ownersMax) this.given.add(metric);
    else if (owner === settings && this.given.has(metric)) return true;
    if (owner === own || (owner === undefined && this.owners.size >= ownersMax)) return true;
    if (owner !== undefined && !isSet && (owner === settings || name !== plain)) return false;
    this.owners.set(plain, own);
    return true;
  }

  clear(): void {
    this.owners.clear();
    this.given.clear();
  }
}
