import { compiledEntry } from '../../../shared/files/paths.ts';
import type { Scenario } from '../scenario.ts';
import { outputOf } from '../sides/load-process.ts';

/** Uses one thread, and the backend that needs no native library. */
export const inference: Scenario = {
  name: 'inference',
  title: "windows of 30 × 14 by the pump's model in WebAssembly, one core, batches of 64",
  sides: ['product'],
  figures: [
    {
      key: 'rate',
      title: 'windows scored',
      unit: '/s',
      better: 'higher',
      target: 40_000,
      targetFor: 'value',
    },
    { key: 'cpu', title: 'CPU', unit: 's/million', better: 'lower' },
  ],
  seconds: 5,
  async run(_side, { quick }) {
    const measureMs = quick ? 1_000 : 4_000;
    const output = await outputOf([compiledEntry('test/bench/sides/inference-process'), String(measureMs)]);
    const result = JSON.parse(output) as { backend: string; perSecond: number; cpuSecondsPerMillion: number };
    return {
      values: { rate: result.perSecond, cpu: result.cpuSecondsPerMillion },
      details: { backend: result.backend },
      problems: result.backend === 'wasm' ? [] : [`scored on ${result.backend}, not in WebAssembly`],
    };
  },
};
