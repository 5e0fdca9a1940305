import type { NamedTypedValue, TypedReading } from '../../../ports/source.ts';
import type { MachineName } from './names.ts';

interface Building {
  site: string;
  machine: string;
  timeNs?: bigint;
  values: NamedTypedValue[];
  /** Names of the values: a sensor may have several of one time, which are readings of their own. */
  names: Set<string>;
}

const nsPerMs = 1_000_000n;
/** Limits of readings that are handed in at once, below those of a message. */
const readingsMax = 500;
const valuesMax = 2_000;

/** Readings that a message makes: the values of one machine and one time together. */
export class ReadingList {
  private readonly found = new Map<string, Building>();
  private readonly all: Building[] = [];

  /** @param saidMs 0 if the clock of the device was never set: such a time is none, as in other formats */
  add({ site, machine }: MachineName, saidMs: bigint | undefined, value: NamedTypedValue): void {
    const timeMs = saidMs === 0n ? undefined : saidMs;
    const key = `${site}/${machine}/${timeMs ?? ''}`;
    const before = this.found.get(key);
    if (before && before.values.length < valuesMax && !before.names.has(value[0])) {
      before.values.push(value);
      before.names.add(value[0]);
      return;
    }
    const reading: Building = { site, machine, values: [value], names: new Set([value[0]]) };
    if (timeMs !== undefined) reading.timeNs = timeMs * nsPerMs;
    this.found.set(key, reading);
    this.all.push(reading);
  }

  /** Returns the readings in groups, each small enough to be handed in at once. */
  groups(): TypedReading[][] {
    const groups: TypedReading[][] = [];
    let group: TypedReading[] = [];
    let values = 0;
    for (const reading of this.all) {
      if (group.length >= readingsMax || (group.length > 0 && values + reading.values.length > valuesMax)) {
        groups.push(group);
        group = [];
        values = 0;
      }
      group.push(reading);
      values += reading.values.length;
    }
    if (group.length > 0) groups.push(group);
    return groups;
  }
}
