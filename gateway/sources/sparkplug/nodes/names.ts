import { isIdentifier } from '../../../../shared/contract/topics.ts';

/** How machines and sensors are named: by rules with {group}, {node} and {device}, and one by one. */
export interface NamingRules {
  site: string;
  nodeMachine: string;
  machine: string;
  machines: readonly ({ id: string } & MachineName)[];
  sensors: readonly { metric: string; sensor: string }[];
}

export interface MachineName {
  site: string;
  machine: string;
}

/** Names of machines and sensors for what edge nodes call theirs: one rule, and exceptions of the settings. */
export class Names {
  private readonly rules: NamingRules;
  private readonly machines: ReadonlyMap<string, MachineName>;
  private readonly sensors: ReadonlyMap<string, string>;

  constructor(rules: NamingRules) {
    this.rules = rules;
    this.machines = new Map(rules.machines.map(({ id, site, machine }) => [id, { site, machine }]));
    this.sensors = new Map(rules.sensors.map(({ metric, sensor }) => [metric, sensor]));
  }

  /** Returns null if the names of the edge node make no name of a machine. */
  machineOf(group: string, node: string, device: string): MachineName | null {
    const named = this.machines.get(device === '' ? `${group}/${node}` : `${group}/${node}/${device}`);
    if (named) return named;
    const fill = (text: string) =>
      plain(text.replaceAll('{group}', group).replaceAll('{node}', node).replaceAll('{device}', device));
    const site = fill(this.rules.site);
    const machine = fill(device === '' ? this.rules.nodeMachine : this.rules.machine);
    return isIdentifier(site) && isIdentifier(machine) ? { site, machine } : null;
  }

  sensorOf(metric: string): string {
    return this.sensors.get(metric) ?? metric;
  }
}

/** Puts `_` in place of what names of machines do not have. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^[_.-]+/, '');
}
