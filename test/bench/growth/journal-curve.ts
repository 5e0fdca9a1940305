import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournals } from '../../../gateway/journal/journal-set.ts';
import { lanes } from '../../../shared/contract/lanes.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { LoadGenerator } from '../../load/generator.ts';
import { usageOf } from '../measure/meter.ts';
import { spreadOf } from '../measure/stats.ts';
import { runLoad, warmUp } from '../sides/load-process.ts';
import { startProductSide } from '../sides/sides.ts';
import type { Curve, CurveContext } from './curve.ts';

const sizesMB = [1, 10, 100, 1_000];
const bytesMax = 4 * 2 ** 30;
const linesPerBlock = 500;
const appendsAtOnce = 16;
const startsMeasured = 3;

/**
 * Readings in the form in which a gateway journals them, but not compressed, so that the journal has the wanted size.
 */
function blockBody(first: number): Buffer {
  const ms = systemClock.nowMs() - 3_600_000;
  const lines = Array.from({ length: linesPerBlock }, (_, i) => {
    const machine = `old${(first + i) % 100}`;
    return `generic,gateway=bench,machine=${machine},site=load temperature=${20 + (i % 50) / 10},cycles=${first + i} ${ms}${String(
      first + i,
    )
      .padStart(6, '0')
      .slice(-6)}\n`;
  });
  return Buffer.from(lines.join(''), 'latin1');
}

async function fillJournal(gatewayDir: string, bytes: number): Promise<void> {
  await mkdir(gatewayDir, { recursive: true });
  const journals = await openJournals({
    dir: join(gatewayDir, 'journal'),
    lanes,
    limits: { bytesMax, whenFull: 'refuse' },
    clock: systemClock,
    log: silentLog,
    onLoss() {},
  });
  const lane = journals.lane('readings');
  // The readings of each block are remembered to recognise resends: three words per key, two keys per reading.
  const local = Buffer.alloc(linesPerBlock * 24, 7);
  for (let written = 0, first = 0; written < bytes; ) {
    const group: Promise<number>[] = [];
    for (let i = 0; i < appendsAtOnce && written < bytes; i++, first += linesPerBlock) {
      const body = blockBody(first);
      written += body.length + local.length;
      group.push(
        lane.append({ codec: 'identity', lines: linesPerBlock, rawBytes: body.length, body, local }),
      );
    }
    await Promise.all(group);
  }
  await journals.stop();
}

async function costOf(context: CurveContext, megabytes: number): Promise<{ start: number; cpu: number }> {
  return context.withFolder(async (folder) => {
    await fillJournal(join(folder, 'gateway'), megabytes * 1e6);
    const seconds: number[] = [];
    for (let start = 0; ; start++) {
      const product = await startProductSide({
        folder,
        until: 'listening',
        gateway: { journal: { bytesMax } },
      });
      try {
        const machine = `s${start}`;
        const load = new LoadGenerator({
          port: product.mqttPort,
          connections: 1,
          qos: 1,
          total: 1,
          machine,
        });
        await load.start();
        await load.finished;
        seconds.push(usageOf(product.pids)?.cpuSeconds ?? Number.NaN);
        if (start + 1 < startsMeasured) continue;
        await warmUp(product, folder);
        const total = context.quick ? 20_000 : 300_000;
        const { usage, report } = await runLoad(product, { connections: 100, qos: 1, total }, folder);
        const cpu = (usage?.cpuSeconds ?? Number.NaN) / (report.sent / 1e6);
        return { start: spreadOf(seconds).median, cpu };
      } finally {
        await product.stop();
      }
    }
  });
}

export const journalSize: Curve = {
  name: 'journal-size',
  async run(context) {
    const points = [];
    for (const size of context.quick ? sizesMB.slice(0, 2) : sizesMB) {
      context.say(`journal-size: ${size} MB`);
      points.push({ size, costs: await costOf(context, size) });
    }
    return {
      name: 'journal-size',
      title: 'Journal size',
      sizeTitle: 'MB of readings that the cloud has not confirmed',
      series: [
        { key: 'start', title: 'start to first ack', unit: 'CPU s' },
        { key: 'cpu', title: 'CPU of the gateway', unit: 's per million messages' },
      ],
      points,
      remark: 'Recovery reads only the last segments, and appending does not read what is there.',
    };
  },
};
