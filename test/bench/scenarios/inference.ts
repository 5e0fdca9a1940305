import { compiledEntry } from '../../../shared/runtime/paths.ts';
import { outputOf } from '../load-process.ts';
import type { Sample, Scenario } from '../scenario.ts';
import { startBare } from '../sides.ts';
import { measure, sampleOf } from './ingest.ts';

/** How many windows the model scores while bare Aedes acknowledges one message: every reading could get an estimate at 1. */
export const inference: Scenario = {
  name: 'inference',
  title: 'remaining life of pumps (30 × 14 windows, batches of 64) against messages of bare Aedes',
  figures: [
    { key: 'rate', title: 'windows scored', unit: '/s', better: 'higher' },
    { key: 'cpu', title: 'CPU', unit: 's/million', better: 'lower' },
  ],
  async run(side, context): Promise<Sample> {
    if (side === 'bare') {
      const bare = await startBare();
      try {
        const total = context.quick ? 60_000 : 300_000;
        return sampleOf(await measure(bare, { connections: 100, qos: 1, total }, context.folder));
      } finally {
        await bare.stop();
      }
    }
    const measureMs = context.quick ? 1_000 : 5_000;
    const output = await outputOf([compiledEntry('test/bench/inference-process'), String(measureMs)]);
    const result = JSON.parse(output) as { backend: string; perSecond: number; cpuSecondsPerMillion: number };
    return {
      values: { rate: result.perSecond, cpu: result.cpuSecondsPerMillion },
      details: { backend: result.backend },
      problems: [],
    };
  },
};
