import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compiledEntry } from '../../../shared/files/paths.ts';
import { makeVersion, trustedKey } from '../../integration/model-version.ts';
import type { BenchContext, Sample, Scenario, Side } from '../scenario.ts';
import { outputOf } from '../sides/load-process.ts';
import { type ProductSide, startProductSide, statusOf } from '../sides/sides.ts';
import { pumpIngest, runPumps } from './ingest.ts';
import { latency, runWithAlerts } from './latency.ts';

/** A candidate of the same size as the champion, which is given up by nothing, so that it runs through the whole measurement. */
const version = '9.0.0';
const candidate = `pump-rul@${version}`;
const gateway = {
  models: { keys: [trustedKey], downloadBytesPerS: 1_000_000_000 },
  decisions: { promotion: { failuresMin: 1_000_000, readingsMin: 1_000_000 } },
};
/** Every tenth machine, by a hash of its name. */
const share = 0.1;
const readyMsMax = 60_000;

/** Has the candidate run beside the champion at the product, as a person asks for it. */
async function shadowed(product: ProductSide, folder: string): Promise<void> {
  const { cloud } = product;
  if (!cloud) throw new Error('a candidate is asked for at a cloud');
  const harbinger = (...args: string[]) =>
    outputOf([compiledEntry('deploy/cli/main'), 'models', ...args, '--url', cloud.httpUrl]);
  await harbinger('push', await makeVersion(join(folder, 'candidate'), { version }));
  await harbinger('shadow', candidate, '--machines', 'pumps/*', '--share', String(share), '--why', 'bench');
  const isReady = ({ model, isShadow, state }: { model: string; isShadow: boolean; state: string }) =>
    isShadow && model === candidate && state === 'ready';
  for (let waitedMs = 0; !(await statusOf(product)).models.running.some(isReady); waitedMs += 200) {
    if (waitedMs >= readyMsMax) throw new Error(`${candidate} does not run beside within ${readyMsMax} ms`);
    await delay(200);
  }
}

/** Adds what the candidate was asked about; a candidate that was not asked has cost nothing. */
async function besides(sample: Sample, product: ProductSide): Promise<void> {
  const [trial] = (await statusOf(product)).models.trials;
  const failures = Object.values(trial?.failures ?? {}).reduce((sum, count) => sum + count, 0);
  sample.values.beside = trial?.readings ?? 0;
  Object.assign(sample.details, { besideDropped: trial?.dropped ?? 0, besideFailures: failures });
  if (!trial?.readings) sample.problems.push('the candidate was asked about no reading');
}

/** The load of `pumps`: the gateway alone, without its cloud, which has told it of the candidate before. */
async function runIngest(context: BenchContext): Promise<Sample> {
  const { folder } = context;
  const told: Sample = { values: {}, details: {}, problems: [] };
  const sample = await runPumps('product', context, async () => {
    const product = await startProductSide({ folder, store: { kind: 'embedded' }, gateway });
    await shadowed(product, folder);
    await product.cloud!.stop();
    const stop = () => besides(told, product).finally(() => product.gateway.stop());
    return { ...product, cloud: null, pids: [product.gateway.pid], stop };
  });
  return merged(sample, told);
}

async function runProduct(context: BenchContext): Promise<Sample> {
  const ingest = await runIngest({ ...context, folder: join(context.folder, 'ingest') });
  const folder = join(context.folder, 'alerts');
  const alerts = await runWithAlerts(
    { ...context, folder },
    { gateway, prepare: (product) => shadowed(product, folder) },
  );
  const { alert, alertMedian } = alerts.values;
  const told = { ...(alert !== undefined && { alert }), ...(alertMedian !== undefined && { alertMedian }) };
  return merged(ingest, { ...alerts, values: told });
}

const merged = (a: Sample, b: Sample): Sample => ({
  values: { ...a.values, ...b.values },
  details: { ...a.details, ...b.details },
  problems: [...a.problems, ...b.problems],
});

const figuresOf = ({ figures }: Scenario, ...keys: string[]) =>
  figures.filter(({ key }) => keys.includes(key));

export const shadow: Scenario = {
  name: 'shadow',
  title:
    'the load of `pumps`, and the alerts of `latency`, with a candidate beside the champion on every tenth machine',
  figures: [
    ...figuresOf(pumpIngest, 'rate', 'scored', 'cpu', 'memory'),
    {
      key: 'beside',
      title: 'readings that the candidate has judged too',
      unit: 'readings',
      better: 'higher',
    },
    ...figuresOf(latency, 'alert', 'alertMedian'),
  ],
  repetitionsMax: 3,
  seconds: 90,
  run: (side: Side, context) => (side === 'bare' ? runPumps('bare', context) : runProduct(context)),
};
