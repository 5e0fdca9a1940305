import { EdgeNodes } from '../../../../gateway/sources/sparkplug/nodes/edge-nodes.ts';
import { Names } from '../../../../gateway/sources/sparkplug/nodes/names.ts';
import { Tables } from '../../../../gateway/sources/sparkplug/nodes/node.ts';
import { topicOf } from '../../../../gateway/sources/sparkplug/nodes/topic.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { encodePayload } from '../../../../shared/sparkplug/encode.testing.ts';
import { types } from '../../../../shared/sparkplug/values.ts';
import { below, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** One message of an edge node, or of a device of it. */
interface Said {
  isBirth: boolean;
  node: string;
  device: string;
  metrics: { name: string; alias: number | null; isByAlias: boolean }[];
  timestamp: number | null;
}

const rules = {
  site: '{group}',
  nodeMachine: '{node}',
  machine: '{node}.{device}',
  machines: [],
  sensors: [],
};
const nodes = ['p', 'p.q', 'x y', 'x_y', 'x-y', 'Pumpe ä', 'Pumpe ö', '泵1', '风1', '1'];
const devices = ['', '', 'q', 'q r', 'q_r'];
const metrics = [
  ...['Motor/t', 'Motor_t', 'Motor t', 'DATA/Motor_t', 'rpm', 'rpm ', 'value', 'values', 'time', 'ts'],
  ...['id', 'seq', 'machine', 'site'],
];

function draw(random: Random): Said {
  const drawn = Array.from({ length: 1 + below(random, 4) }, () => ({
    name: pick(random, metrics),
    alias: below(random, 2) === 0 ? below(random, 4) : null,
    isByAlias: below(random, 3) === 0,
  }));
  return {
    isBirth: below(random, 3) === 0,
    node: pick(random, nodes),
    device: pick(random, devices),
    metrics: drawn,
    timestamp: pick(random, [null, 0, 1_790_000_000_000]),
  };
}

/**
 * Edge nodes, devices and metrics whose names are made one, and aliases that mean several: what is stored under one name is of one
 * of them. Another may take a name over, by the rules of precedence; it does not go back and forth.
 */
export async function sparkplugNamesTarget(): Promise<Target> {
  return {
    kind: 'sparkplug-names',
    draw: (random) =>
      Array.from({ length: 2 + below(random, 12) }, () => Buffer.from(JSON.stringify(draw(random)))),
    async take(pieces) {
      const run = new Run();
      for (const piece of pieces) {
        const said = saidIn(piece);
        if (said) run.take(said);
      }
    },
    close: async () => {},
  };
}

class Run {
  private readonly nodes = new EdgeNodes(
    new Tables(new Names(rules), 1_000),
    () => undefined,
    () => undefined,
  );
  private readonly seqs = new Map<string, number>();
  /** Origins of values: each metric of each edge node or device has values of its own. */
  private readonly origins: { entity: string; metric: string }[] = [];
  /** By series, what was stored in it, the latest last. */
  private readonly owners = new Map<string, string[]>();
  /** By edge node, the metrics to which births since its own have given an alias. */
  private readonly aliases = new Map<string, { entity: string; name: string; alias: number }[]>();

  take({ isBirth, node, device, metrics, timestamp }: Said): void {
    const entity = `${node}/${device}`;
    const isNode = device === '';
    if (isBirth) this.born(node, entity, metrics);
    const seq = isBirth && isNode ? 0 : ((this.seqs.get(node) ?? 0) + 1) % 256;
    this.seqs.set(node, seq);
    const encoded = metrics.map(({ name, alias, isByAlias }) => {
      const isNameless = isByAlias && alias !== null && !isBirth;
      const value = this.origins.push({
        entity,
        metric: isNameless ? `alias ${alias}` : name.replace(/^DATA\//, ''),
      });
      return {
        ...(!isNameless && { name, type: types.double }),
        ...(alias !== null && { alias }),
        value: [13, value] as [13, number],
      };
    });
    if (isBirth) this.forget(entity);
    const kind = `${isNode ? 'N' : 'D'}${isBirth ? 'BIRTH' : 'DATA'}`;
    const topic = topicOf(`spBv1.0/plant/${kind}/${node}${isNode ? '' : `/${device}`}`)!;
    const payload = encodePayload({ seq, metrics: encoded, ...(timestamp !== null && { timestamp }) });
    for (const { machine, timeNs, values } of this.nodes.take(topic, payload).groups().flat()) {
      if (timeNs !== undefined && timeNs < 1n) throw new Error(`${timeNs} is taken for a time`);
      for (const [sensor, value] of values) {
        if (typeof value !== 'number') continue;
        const { entity: of, metric } = this.origins[value - 1]!;
        this.stored(machine, of);
        if (metric.startsWith('alias ')) this.refuseTwo(node, Number(metric.slice(6)));
        else this.stored(`${machine} ${plain(sensor)} of ${of}`, metric);
      }
    }
  }

  private born(node: string, entity: string, metrics: Said['metrics']): void {
    const before = entity.endsWith('/') ? [] : (this.aliases.get(node) ?? []);
    const own = metrics.flatMap(({ name, alias }) => (alias === null ? [] : [{ entity, name, alias }]));
    this.aliases.set(node, [...before.filter((each) => each.entity !== entity), ...own]);
  }

  private refuseTwo(node: string, alias: number): void {
    const meant = (this.aliases.get(node) ?? []).filter((each) => each.alias === alias);
    const names = new Set(meant.map(({ entity, name }) => `${entity} ${name}`));
    if (names.size > 1)
      throw new Error(`alias ${alias} of ${node} is taken, and means ${[...names].join(', ')}`);
  }

  /** A birth says anew what the metrics are. */
  private forget(entity: string): void {
    for (const series of this.owners.keys()) if (series.endsWith(` of ${entity}`)) this.owners.delete(series);
  }

  private stored(series: string, owner: string): void {
    const before = this.owners.get(series) ?? [];
    this.owners.set(series, before);
    if (before.at(-1) === owner) return;
    if (before.includes(owner))
      throw new Error(`${series} is of ${before.join(', ')}, and of ${owner} again`);
    before.push(owner);
  }
}

/** As the contract makes names of sensors. */
const plain = (sensor: string) => sensor.trim().replace(/[^A-Za-z0-9_.-]/g, '_');

function saidIn(piece: Buffer): Said | null {
  try {
    const said = JSON.parse(piece.toString()) as Partial<Said> | null;
    const isOne =
      typeof said?.isBirth === 'boolean' &&
      nodes.includes(said.node ?? '') &&
      devices.includes(said.device ?? '-') &&
      Array.isArray(said.metrics);
    return isOne ? (said as Said) : null;
  } catch {
    return null;
  }
}
