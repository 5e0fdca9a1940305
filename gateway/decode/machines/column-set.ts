import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { hashText } from '../hash.ts';

/** Limit of shared sets; beyond it, machines with new sets of sensors have a set each. */
const sharedMax = 4_096;

/**
 * The sensors of a machine by column. Machines with the same sensors in the same order share one set, so that thousands
 * of machines fit a processor's cache. A set is immutable: a machine that gets a sensor moves on to another set.
 */
export interface ColumnSet {
  readonly columns: ReadonlyMap<string, number>;
  readonly sensors: readonly string[];
  /** Hashes of the sensors' names. */
  readonly sensorHashes: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
}

export class ColumnSets {
  private readonly ofTypes = new Map<MachineType, ColumnSet>();
  /** By set and additional sensor: the larger set. */
  private readonly larger = new Map<ColumnSet, Map<string, ColumnSet>>();
  private shared = 0;

  ofType(type: MachineType): ColumnSet {
    const known = this.ofTypes.get(type);
    if (known) return known;
    const set = {
      columns: new Map(type.sensors.map(({ name }, i) => [name, i])),
      sensors: type.sensors.map(({ name }) => name),
      sensorHashes: type.sensors.map(({ name }) => hashText(name)[0]),
      min: type.sensors.map(({ min }) => min),
      max: type.sensors.map(({ max }) => max),
    };
    this.ofTypes.set(type, set);
    return set;
  }

  /** Returns `set` with one more sensor, which accepts any value. */
  with(set: ColumnSet, sensor: string): ColumnSet {
    const known = this.larger.get(set)?.get(sensor);
    if (known) return known;
    const made = {
      columns: new Map([...set.columns, [sensor, set.sensors.length]]),
      sensors: [...set.sensors, sensor],
      sensorHashes: [...set.sensorHashes, hashText(sensor)[0]],
      min: [...set.min, -Number.MAX_VALUE],
      max: [...set.max, Number.MAX_VALUE],
    };
    if (this.shared >= sharedMax) return made;
    this.shared++;
    const others = this.larger.get(set);
    if (others) others.set(sensor, made);
    else this.larger.set(set, new Map([[sensor, made]]));
    return made;
  }
}
