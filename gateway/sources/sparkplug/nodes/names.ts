import { isIdentifier } from '../../../../shared/contract/topics.ts';
import { plainLetters, withMark } from '../../../../shared/names/plain-letters.ts';

const nameLengthMax = 64;

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

/** A machine's name with what it was made of. */
interface MadeName extends MachineName {
  /** Equal for what the rules, or the settings, mean to be one machine. */
  origin: string;
  /** A name of two origins is that of the higher rank: names that fit as they are come first. */
  rank: number;
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
  machineOf(group: string, node: string, device: string): MadeName | null {
    const named = this.machines.get(device === '' ? `${group}/${node}` : `${group}/${node}/${device}`);
    if (named) return { ...named, origin: 'settings', rank: 3 };
    const filled = (text: string, mark = '') =>
      text.replace(
        /\{(group|node|device)\}/g,
        (_, name) => mark + { group, node, device }[name as 'group'] + mark,
      );
    const rules = [this.rules.site, device === '' ? this.rules.nodeMachine : this.rules.machine] as const;
    const [site, machine] = [plain(filled(rules[0])), plain(filled(rules[1]))];
    if (!isIdentifier(site) || !isIdentifier(machine)) return null;
    // Node `p.q` and device `q` of node `p` have one text, but not with marks around what they are made of.
    const origin = rules.map((rule) => filled(rule, '\0')).join('/');
    const isExact = site === filled(rules[0]) && machine === filled(rules[1]);
    return { site, machine, origin, rank: isExact ? (device === '' ? 2 : 1) : 0 };
  }

  sensorOf(metric: string): string {
    return this.sensors.get(metric) ?? metric;
  }

  /** True if the settings say what sensor the metric is. */
  isSet(metric: string): boolean {
    return this.sensors.has(metric);
  }
}

/** Puts `_` in place of signs that names of machines do not have; of letters see plain-letters.ts. */
function plain(name: string): string {
  const { text, mark } = plainLetters(name);
  const made = text.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^[_.-]+/, '');
  return mark === '' ? made : withMark(made, mark, nameLengthMax);
}
