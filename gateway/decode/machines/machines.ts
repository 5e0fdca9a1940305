/**
 * Machines (gateway/decode/machines): which machines are known, of which type and with which columns, within limits.
 * The types themselves are in shared/domain; payloads are not seen here.
 */
import { seriesPrefix } from '../../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../../shared/contract/topics.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { DecodeConfig, MachineRule } from '../config.ts';
import { hashText } from '../hash.ts';
import { ColumnSets } from './column-set.ts';
import type { MachineSchema } from './machine-schema.ts';

export interface MachinesOptions {
  gateway: string;
  types: ReadonlyMap<string, MachineType>;
  rules: MachineRule[];
  /** For a machine that no rule names: refuse its readings, or assign this type. */
  unknown: 'dead-letter' | { type: string };
  machinesMax: number;
}

type MachinesConfig = Pick<DecodeConfig, 'machines' | 'unknownMachines' | 'machinesMax'> & {
  gateway: string;
};

/** The machines seen so far, with their types by the configured rules; the first matching rule applies. */
export class Machines {
  private readonly options: MachinesOptions;
  private readonly rules: { matches: (key: string) => boolean; type: MachineType }[];
  private readonly byKey = new Map<string, MachineSchema>();
  private readonly sets = new ColumnSets();

  constructor(options: MachinesOptions) {
    this.options = options;
    if (options.unknown !== 'dead-letter') this.typeNamed(options.unknown.type, 'unknownMachines');
    this.rules = options.rules.map((rule) => ({
      matches: compileGlob(rule.match),
      type: this.typeNamed(rule.type, `machines rule '${rule.match}'`),
    }));
  }

  get count(): number {
    return this.byKey.size;
  }

  /** @throws HarbingerError MACHINE_UNKNOWN, MACHINE_NAME, MACHINE_LIMIT */
  find(site: string, machine: string): MachineSchema {
    return this.byKey.get(`${site}/${machine}`) ?? this.add(site, machine);
  }

  private add(site: string, machine: string): MachineSchema {
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
    const schema: MachineSchema = {
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
    this.byKey.set(key, schema);
    return schema;
  }

  private typeOf(key: string): MachineType {
    const rule = this.rules.find((candidate) => candidate.matches(key));
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

/** Creates the machines of a configuration; none has been seen yet. @throws HarbingerError MACHINE_TYPE_UNKNOWN */
export function createMachines(
  { gateway, machines: rules, unknownMachines, machinesMax }: MachinesConfig,
  types: ReadonlyMap<string, MachineType>,
): Machines {
  const unknown = unknownMachines === 'dead-letter' ? 'dead-letter' : { type: unknownMachines };
  return new Machines({ gateway, types, rules, unknown, machinesMax });
}

/** Compiles a pattern in which * stands for any characters. A test takes linear time, however many stars there are. */
function compileGlob(glob: string): (text: string) => boolean {
  const [first = '', ...between] = glob.split('*');
  const last = between.pop();
  if (last === undefined) return (text) => text === glob;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
