/**
 * Machines (gateway/decode/machines): which machines are known, of which type and with which columns, within limits.
 * The types themselves are in shared/domain; payloads are not seen here.
 */
import { Quotas } from '../../../shared/bounds/quotas.ts';
import { seriesPrefix } from '../../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../../shared/contract/topics.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { KnownMachine } from '../../ports/retiring.ts';
import type { DecodeConfig, MachineRule } from '../config.ts';
import { hashText } from '../hash.ts';
import { ColumnSets } from './column-set.ts';
import type { DeclaredMachines } from './declared.ts';
import { compileGlob } from './glob.ts';
import { columnOf, type MachineSchema } from './machine-schema.ts';
import { UnknownMachine } from './unknown-machine.ts';

export interface MachinesOptions {
  gateway: string;
  types: ReadonlyMap<string, MachineType>;
  rules: MachineRule[];
  /** For a machine that no rule names: refuse its readings, or assign this type. */
  unknown: 'dead-letter' | { type: string };
  /** Rules that people have made while the gateway runs; those of the configuration go before them. */
  declared?: DeclaredMachines;
  /** How many machines one owner may have, see Quotas. */
  machinesMax: number;
  /** Called when an owner was refused a machine or a sensor. */
  refused?(quota: MachineQuota, owner: string): void;
}

export type MachineQuota = 'machines' | 'sensors';

type MachinesConfig = Pick<DecodeConfig, 'machines' | 'unknownMachines' | 'machinesMax'> & {
  gateway: string;
};

/** The machines seen so far, with their types by the configured rules; the first matching rule applies. */
export class Machines {
  private readonly options: MachinesOptions;
  private readonly rules: { matches: (key: string) => boolean; type: MachineType }[];
  private readonly byKey = new Map<string, MachineSchema>();
  private readonly sets = new ColumnSets();
  private nextIndex = 0;
  private readonly quotas: Quotas;
  private readonly sensorRefused = (owner: string) => this.options.refused?.('sensors', owner);

  constructor(options: MachinesOptions) {
    this.options = options;
    this.quotas = new Quotas(options.machinesMax);
    if (options.unknown !== 'dead-letter') this.typeNamed(options.unknown.type, 'unknownMachines');
    this.rules = options.rules.map((rule) => ({
      matches: compileGlob(rule.match),
      type: this.typeNamed(rule.type, `machines rule '${rule.match}'`),
    }));
  }

  get count(): number {
    return this.byKey.size;
  }

  /**
   * @param owner who has sent the message, and has the machine if it is new; empty for what the journal knows
   * @throws HarbingerError MACHINE_UNKNOWN, MACHINE_NAME, MACHINE_LIMIT
   */
  find(site: string, machine: string, owner = ''): MachineSchema {
    const known = this.byKey.get(`${site}/${machine}`);
    if (!known) return this.add(site, machine, owner);
    if (known.owner === '' && owner !== '') this.own(known, owner);
    return known;
  }

  private own(schema: MachineSchema, owner: string): void {
    this.quotas.remove(schema.owner);
    this.quotas.add(owner);
    schema.owner = owner;
  }

  private add(site: string, machine: string, owner: string): MachineSchema {
    const key = `${site}/${machine}`;
    if (!isIdentifier(site) || !isIdentifier(machine)) {
      throw new HarbingerError(
        'MACHINE_NAME',
        'contract',
        `'${key.slice(0, 140)}' is not a plain site/machine name: each has up to 64 letters (a–z), digits, and _ . - after the first`,
      );
    }
    const type = this.typeOf(site, machine);
    if (!this.quotas.admits(owner)) {
      this.options.refused?.('machines', owner);
      throw new HarbingerError(
        'MACHINE_LIMIT',
        'contract',
        `'${owner}' has ${this.quotas.of(owner)} machines, as many as one sender may while there are ${this.quotas.total}; raise machinesMax`,
      );
    }
    return this.create(site, machine, type, owner);
  }

  /** Returns a known machine, or null. */
  known(site: string, machine: string): MachineSchema | null {
    return this.byKey.get(`${site}/${machine}`) ?? null;
  }

  list(limit: number): KnownMachine[] {
    const listed: KnownMachine[] = [];
    for (const { site, machine, type, owner, set } of this.byKey.values()) {
      if (listed.length >= limit) break;
      listed.push({ site, machine, machineType: type.name, sender: owner, sensors: [...set.sensors] });
    }
    return listed;
  }

  /** Forgets a machine and what it counts for its owner; it is known again, under another index, when it sends. */
  forget(schema: MachineSchema): void {
    const { site, machine, owner, set } = schema;
    if (!this.byKey.delete(`${site}/${machine}`)) return;
    this.quotas.remove(owner);
    this.sets.release(set);
  }

  /** Forgets a sensor that the machine's type does not declare. Returns the machine with the others, under another index. */
  forgetSensor(schema: MachineSchema, sensor: string): MachineSchema {
    const { site, machine, type, owner, set } = schema;
    this.forget(schema);
    const remaining = this.create(site, machine, type, owner);
    for (const [column, other] of set.sensors.entries())
      if (other !== sensor) columnOf(remaining, other, set.isState[column]);
    return remaining;
  }

  private create(site: string, machine: string, type: MachineType, owner: string): MachineSchema {
    const key = `${site}/${machine}`;
    this.quotas.add(owner);
    const [hashHigh, hashLow] = hashText(key);
    const schema: MachineSchema = {
      index: this.nextIndex++,
      site,
      machine,
      owner,
      type,
      prefix: seriesPrefix(type.name, this.options.gateway, machine, site),
      hashHigh,
      hashLow,
      set: this.sets.ofType(type),
      sets: this.sets,
      sensorRefused: this.sensorRefused,
    };
    this.byKey.set(key, schema);
    return schema;
  }

  /** The type that the configuration gives a machine, whether it is known or not; null if it says none. */
  configuredType(key: string): MachineType | null {
    return this.rules.find((candidate) => candidate.matches(key))?.type ?? null;
  }

  /** Whether machines may be of a type of this name. */
  hasType(name: string): boolean {
    return this.options.types.has(name);
  }

  /** True if messages of a machine are refused because no rule names it. */
  isUnknown(site: string, machine: string): boolean {
    try {
      this.typeOf(site, machine);
      return false;
    } catch {
      return true;
    }
  }

  private typeOf(site: string, machine: string): MachineType {
    const key = `${site}/${machine}`;
    const configured = this.configuredType(key);
    if (configured) return configured;
    const { unknown, declared, types } = this.options;
    const rule = declared?.ruleOf(key) ?? null;
    // A type whose file is gone since the machine was accepted leaves it unknown.
    const accepted = rule?.type != null ? types.get(rule.type) : undefined;
    if (accepted) return accepted;
    if (rule?.type === null) throw new UnknownMachine(site, machine, true);
    if (unknown !== 'dead-letter') return this.typeNamed(unknown.type, 'unknownMachines');
    throw new UnknownMachine(site, machine, false);
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
  refused?: MachinesOptions['refused'],
  declared?: DeclaredMachines,
): Machines {
  const unknown = unknownMachines === 'dead-letter' ? 'dead-letter' : { type: unknownMachines };
  const optional = { ...(refused && { refused }), ...(declared && { declared }) };
  return new Machines({ gateway, types, rules, unknown, machinesMax, ...optional });
}
