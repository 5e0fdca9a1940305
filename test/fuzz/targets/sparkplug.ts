import { EdgeNodes } from '../../../gateway/sources/sparkplug/nodes/edge-nodes.ts';
import { Names } from '../../../gateway/sources/sparkplug/nodes/names.ts';
import { Tables } from '../../../gateway/sources/sparkplug/nodes/node.ts';
import { topicOf } from '../../../gateway/sources/sparkplug/nodes/topic.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { encodePayload, type TestMetric } from '../../../shared/sparkplug/encode.testing.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Target } from '../target.ts';

const rules = {
  site: '{group}',
  nodeMachine: '{node}',
  machine: '{node}.{device}',
  machines: [],
  sensors: [],
};
const metricsMax = 4;
const kinds = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const;
const names = ['rpm', 'Motor/heat', 'bdSeq', 'Node Control/Rebirth', '', 'x'.repeat(600), '__proto__'];
const values: readonly NonNullable<TestMetric['value']>[] = [
  [10, 4_294_967_295],
  [11, 2n ** 64n - 1n],
  [12, 21.5],
  [13, Number.NaN],
  [14, true],
  [15, 'AUTO'],
  [16, Buffer.alloc(40)],
  [17, Buffer.from([8, 1])],
];

function drawMetric(random: Random): TestMetric {
  const metric: TestMetric = { value: pick(random, values) };
  if (below(random, 3) > 0) metric.name = pick(random, names);
  if (below(random, 2) === 0) metric.alias = pick(random, [0, 1, 2, 2n ** 64n - 1n]);
  if (below(random, 3) > 0) metric.type = below(random, 40);
  if (below(random, 3) === 0) metric.timestamp = pick(random, [0, 1_790_000_000_000, 2 ** 53]);
  if (below(random, 6) === 0) metric.isNull = true;
  if (below(random, 6) === 0) metric.quality = pick(random, [0, 192, 500, 7]);
  return metric;
}

function drawMessage(random: Random): Buffer {
  const kind = below(random, kinds.length);
  const metrics = Array.from({ length: below(random, 8) }, () => drawMetric(random));
  const right = encodePayload({ timestamp: 1_790_000_000_000, seq: below(random, 300), metrics });
  const payload = below(random, 3) > 0 ? right : mutate(random, right, [right]);
  return Buffer.concat([Buffer.of(kind, below(random, 4)), payload]);
}

/** Messages of Sparkplug edge nodes, one after the other: nobody's numbers and names take more room than they may. */
export async function sparkplugTarget(): Promise<Target> {
  return {
    kind: 'sparkplug',
    draw: (random) => Array.from({ length: 1 + below(random, 6) }, () => drawMessage(random)),
    async take(pieces) {
      const tables = new Tables(new Names(rules), metricsMax);
      const nodes = new EdgeNodes(
        tables,
        () => undefined,
        () => undefined,
      );
      for (const piece of pieces) {
        const kind = kinds[(piece[0] ?? 0) % kinds.length]!;
        const device = kind.startsWith('D') ? '/press' : '';
        const topic = topicOf(`spBv1.0/plant/${kind}/line${(piece[1] ?? 0) % 4}${device}`);
        if (!topic) throw new Error(`${kind} is not known`);
        const groups = nodes.take(topic, piece.subarray(2)).groups();
        for (const readings of groups)
          for (const { site, machine } of readings)
            if (site !== 'plant' || !machine.startsWith('line'))
              throw new Error(`${site}/${machine} is read`);
        if (tables.metrics > metricsMax) throw new Error(`${tables.metrics} metrics are kept`);
      }
      if (nodes.size > 4) throw new Error(`${nodes.size} edge nodes are known`);
    },
    close: async () => {},
  };
}
