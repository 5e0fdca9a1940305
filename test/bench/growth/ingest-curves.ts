import { type LoadShape, runLoad, warmUp } from '../sides/load-process.ts';
import { startProductSide } from '../sides/sides.ts';
import type { Curve, CurveContext, CurveResult } from './curve.ts';

type Cost = { cpu: number; memory: number };

/** Cost of a load to a fresh gateway alone, after `introduction` messages of the same machines. */
async function costOf(context: CurveContext, shape: LoadShape, introduction = 0): Promise<Cost> {
  return context.withFolder(async (folder) => {
    const product = await startProductSide({ folder });
    try {
      await warmUp(product, folder);
      if (introduction > 0) await runLoad(product, { ...shape, total: introduction }, folder);
      const { usage, report } = await runLoad(product, shape, folder);
      if (report.acked !== report.sent) throw new Error(`${report.sent} sent, ${report.acked} acknowledged`);
      return {
        cpu: (usage?.cpuSeconds ?? Number.NaN) / (report.sent / 1e6),
        memory: (usage?.rssPeakBytes ?? Number.NaN) / 1e6,
      };
    } finally {
      await product.stop();
    }
  });
}

async function curveOf(
  context: CurveContext,
  sizes: readonly number[],
  shapeOf: (size: number) => LoadShape,
  about: Omit<CurveResult, 'points'>,
  introductionOf: (size: number) => number = () => 0,
): Promise<CurveResult> {
  const points: CurveResult['points'] = [];
  for (const size of context.quick ? sizes.slice(0, 2) : sizes) {
    context.say(`${about.name}: ${size.toLocaleString('en')}`);
    points.push({ size, costs: { ...(await costOf(context, shapeOf(size), introductionOf(size))) } });
  }
  return { ...about, points };
}

const cpu = { key: 'cpu', title: 'CPU of the gateway', unit: 's per million messages' };
const base = { connections: 10, qos: 1, window: 200 } as const;

export const machines: Curve = {
  name: 'machines',
  run: (context) =>
    curveOf(
      context,
      [10, 100, 1_000, 10_000, 100_000],
      (size) => ({
        ...base,
        total: context.quick ? 30_000 : 500_000,
        members: size / base.connections,
        topic: 'telemetry/load/m{c}-{member}',
      }),
      {
        name: 'machines',
        title: 'Machines',
        sizeTitle: 'machines that take turns, 500,000 messages in all after three of each',
        series: [
          { ...cpu, perItem: true },
          { key: 'memory', title: 'peak memory', unit: 'MB' },
        ],
        remark:
          'The cost of one message should not depend on the number of machines. There are ten connections and 20,000 watched machines, as above.',
      },
      (size) => 3 * size,
    ),
};

/** Each machine sends at its own pace, as real ones do. */
export const fleet: Curve = {
  name: 'fleet',
  run: (context) =>
    curveOf(
      context,
      [10, 100, 1_000, 10_000, 100_000],
      (size) => ({
        ...base,
        duration: context.quick ? 3 : 15,
        rate: size,
        members: size / base.connections,
        topic: 'telemetry/load/m{c}-{member}',
      }),
      {
        name: 'fleet',
        title: 'Machines at a reading a second each',
        sizeTitle: 'machines, each with a reading a second',
        series: [{ ...cpu, perItem: true }],
        remark:
          'Few machines pay for the syncs and wake-ups that many machines share. All machines share ten connections, so the cost of a connection is not included. Above 20,000 machines (a setting) further ones are stored and not watched.',
      },
      (size) => 3 * size,
    ),
};

const note = '"note":"';

export const messageSize: Curve = {
  name: 'message-size',
  run: (context) =>
    curveOf(
      context,
      [128, 512, 2_048, 8_192, 32_768],
      (size) => {
        const head = '{"seq":{seq},"ts":{ms},"temperature":{v},';
        const text = 'x'.repeat(Math.max(0, size - 60));
        const total = Math.min(200_000, Math.round(6e8 / size));
        return {
          ...base,
          total: context.quick ? 10_000 : total,
          payload: `${head}${note}${text}"}`,
          payloadBytes: size,
        };
      },
      {
        name: 'message-size',
        title: 'Message size',
        sizeTitle: 'bytes of a message with one sensor value; the rest is text that is not stored',
        series: [cpu],
        remark: 'Fields that are not sensors are read, checked and left out.',
      },
    ),
};

export const sensors: Curve = {
  name: 'sensors',
  run: (context) =>
    curveOf(
      context,
      [1, 4, 16, 64],
      (size) => {
        const fields = Array.from({ length: size }, (_, i) => `"s${i}":{v}`);
        return {
          ...base,
          total: context.quick ? 10_000 : 200_000,
          payload: `{"seq":{seq},"ts":{ms},${fields.join(',')}}`,
          payloadBytes: 0,
        };
      },
      {
        name: 'sensors',
        title: 'Sensors per machine',
        sizeTitle: 'sensor values in a message, each a random number',
        series: [cpu],
        remark: 'Random numbers are the worst case for compression.',
      },
    ),
};
