import type { ReadingStore, SeriesQuery } from '../../../cloud/ports/store.ts';
import { createEmbeddedStore } from '../../../cloud/store/embedded/embedded-store.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { spreadOf } from '../measure/stats.ts';
import type { Curve, CurveContext, CurveResult } from './curve.ts';

const machines = 100;
const rowsPerBatch = 10_000;
const stepMs = 1_000;
const firstMs = 1_760_000_000_000;
const repeats = 5;
const sizes = [10_000, 100_000, 1_000_000, 3_000_000];

function batchText(firstRow: number): string {
  let text = '';
  for (let row = firstRow; row < firstRow + rowsPerBatch; row++) {
    const ms = firstMs + Math.floor(row / machines) * stepMs;
    const wave = Math.sin(row / 5_000);
    text += `generic,gateway=bench,machine=m${row % machines},site=load temperature=${(60 + 9 * wave).toFixed(2)},vibration=${(2 + wave).toFixed(3)},cycles=${row} ${ms}000000\n`;
  }
  return text;
}

/** CPU time of all threads of this process, including the store's. Other work on the machine does not affect it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Appends until the store holds `rows`. Returns CPU ms for each 10,000 rows. */
async function grow(store: ReadingStore, from: number, rows: number): Promise<number> {
  const beganAtMs = cpuMs();
  for (let row = from; row < rows; row += rowsPerBatch) {
    const raw = Buffer.from(batchText(row), 'latin1');
    const block = { seq: row / rowsPerBatch + 1, lines: rowsPerBatch, bytes: raw.length };
    const batch = {
      gateway: 'bench',
      journal: '0123456789abcdef',
      lane: 'readings' as const,
      blocks: [block],
      raw,
      gzipped: null,
    };
    await store.write(batch, AbortSignal.timeout(60_000));
  }
  return (cpuMs() - beganAtMs) / ((rows - from) / rowsPerBatch);
}

async function medianCpuMs(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const beganAtMs = cpuMs();
    await run();
    times.push(cpuMs() - beganAtMs);
  }
  return spreadOf(times).median;
}

function query(fromMs: number, toMs: number): SeriesQuery {
  return { measurement: 'generic', site: 'load', machine: 'm7', fromMs, toMs, pointsMax: 500 };
}

async function measure(context: CurveContext, store: ReadingStore): Promise<CurveResult['points']> {
  const points: CurveResult['points'] = [];
  let rows = 0;
  for (const size of context.quick ? sizes.slice(0, 2) : sizes) {
    context.say(`history: ${size.toLocaleString('en')} rows`);
    const append = await grow(store, rows, size);
    rows = size;
    const endMs = firstMs + (rows / machines) * stepMs;
    const recent = await medianCpuMs(() => store.series(query(endMs - 100_000, endMs)));
    const whole = await medianCpuMs(() => store.series(query(firstMs, endMs)));
    points.push({ size, costs: { recent, whole, append } });
  }
  return points;
}

export const history: Curve = {
  name: 'history',
  run: (context) =>
    context.withFolder(async (folder) => {
      const options = {
        path: `${folder}/telemetry.duckdb`,
        memoryMiBMax: 512,
        threads: 2,
        timeoutMs: 60_000,
      };
      const store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
      await store.start();
      try {
        return {
          name: 'history',
          title: 'History in the embedded store',
          sizeTitle: 'rows of 100 machines',
          series: [
            { key: 'recent', title: 'last 100 s of a machine', unit: 'CPU ms' },
            { key: 'whole', title: 'its whole history', unit: 'CPU ms' },
            { key: 'append', title: 'append', unit: 'CPU ms per 10,000 rows' },
          ],
          points: await measure(context, store),
          remark: 'The whole history is down-sampled to 500 points.',
        };
      } finally {
        await store.stop();
      }
    }),
};
