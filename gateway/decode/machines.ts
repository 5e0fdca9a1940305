import { seriesPrefix } from '../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { type ColumnSet, ColumnSets } from './column-set.ts';
import { hashText } from './hash.ts';

export const openSensorsMax = 64;

/** One machine as the data path knows it: everything that is the same for each of its readings, worked out once. */
export interface Series {
  /** Its place in ColumnBatch. */
  index: number;
  site: string;
  machine: string;
  type: MachineType;
  /** Line protocol up to the fields. */
  prefix: string;
  /** Identity for recognising resends: stable across restarts. */
  hashHigh: number;
  hashLow: number;
  /** Its sensors; changes only for open types. */
  set: ColumnSet;
  sets: ColumnSets;
}

export interface MachineRule {
  /** `site/machine`, where `*` stands for any run of characters. */
  match: string;
  type: string;
}

export interface MachinesOptions {
  gateway: string;
  types: ReadonlyMap<string, MachineType>;
  rules: MachineRule[];
  /** What to do with a machine that no rule names: refuse its readings, or take this type. */
  unknown: 'dead-letter' | { type: string };
  machinesMax: number;
}

/** The machines met so far and their types, by the configured rules; the first rule that matches decides. */
export class Machines {
  private readonly options: MachinesOptions;
  private readonly rules: { pattern: RegExp; type: MachineType }[];
  private readonly byKey = new Map<string, Series>();
  private readonly sets = new ColumnSets();

  constructor(options: MachinesOptions) {
    this.options = options;
    if (options.unknown !== 'dead-letter') this.typeNamed(options.unknown.type, 'unknownMachines');
    this.rules = options.rules.map((rule) => ({
      pattern: globPattern(rule.match),
      type: this.typeNamed(rule.type, `machines rule '${rule.match}'`),
    }));
  }

  get count(): number {
    return this.byKey.size;
  }

  /** @throws HarbingerError MACHINE_UNKNOWN, MACHINE_NAME, MACHINE_LIMIT */
  find(site: string, machine: string): Series {
    return this.byKey.get(`${site}/${machine}`) ?? this.add(site, machine);
  }

  private add(site: string, machine: string): Series {
    const key = `${site}/${machine}`;
    if (!isIdentifier(site) || !isIdentifier(machine)) {
      throw new HarbingerError(
        'MACHINE_NAME',
        'contract',
        `'${key.slice(0, 140)}' is not a plain site/machine name: each has up to 64 letters (a–z), digits, and _ . - after the first`,
      );
    }
    const type = this.typeOf(key);
    if (this.byKey.size >= this.options.machinesMax) {
      throw new HarbingerError(
        'MACHINE_LIMIT',
        'contract',
        `more than ${this.options.machinesMax} machines; raise machinesMax`,
      );
    }
    const [hashHigh, hashLow] = hashText(key);
    const series: Series = {
      index: this.byKey.size,
      site,
      machine,
      type,
      prefix: seriesPrefix(type.name, this.options.gateway, machine, site),
      hashHigh,
      hashLow,
      set: this.sets.ofType(type),
      sets: this.sets,
    };
    this.byKey.set(key, series);
    return series;
  }

  private typeOf(key: string): MachineType {
    const rule = this.rules.find((candidate) => candidate.pattern.test(key));
    if (rule) return rule.type;
    const { unknown } = this.options;
    if (unknown !== 'dead-letter') return this.typeNamed(unknown.type, 'unknownMachines');
    throw new HarbingerError(
      'MACHINE_UNKNOWN',
      'contract',
      `no rule says what type of machine '${key}' is: add it under [[machines]]`,
    );
  }

  private typeNamed(name: string, where: string): MachineType {
    const type = this.options.types.get(name);
    if (type) return type;
    const known = [...this.options.types.keys()].join(', ');
    throw new HarbingerError(
      'MACHINE_TYPE_UNKNOWN',
      'config',
      `${where}: no machine type '${name}' (there are: ${known})`,
    );
  }
}

/** The column of a sensor, opened if the type is open. -1 if the type does not have it. */
export function columnOf(series: Series, sensor: string): number {
  const { set } = series;
  const column = set.columns.get(sensor);
  if (column !== undefined) return column;
  const count = set.sensors.length;
  if (!series.type.openSensors || count >= openSensorsMax || !isIdentifier(sensor)) return -1;
  series.set = series.sets.with(set, sensor);
  return count;
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}
