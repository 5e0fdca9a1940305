/** Parts that are measured by themselves, in a process of their own: the model, and the mechanism of decisions. */
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

/** Limit of what the mechanism may cost a decision, µs. */
const microsecondsMax = 50;

/** Policies that answer at once, so that only the mechanism is measured. */
export const decisions: Scenario = {
  name: 'decisions',
  title: 'the mechanism around a governed decision: budget, breaker, check, id, counts',
  sides: ['product'],
  figures: [
    ...[
      { key: 'single', title: 'a decision made alone, p99' },
      { key: 'batched', title: 'a decision of a batch of 64, p99' },
      { key: 'shadowed', title: 'the same with a candidate beside every tenth input, p99' },
      { key: 'record', title: 'a record of one with the digest of a window of 30 × 14, p99' },
    ].map((figure) => ({
      ...figure,
      unit: 'µs',
      better: 'lower' as const,
      target: microsecondsMax,
      targetFor: 'value' as const,
    })),
  ],
  seconds: 5,
  async run(_side, { quick }) {
    const measureMs = quick ? 300 : 1_500;
    const output = await outputOf([compiledEntry('test/bench/sides/decision-process'), String(measureMs)]);
    const { single, batched, shadowed, record, ...details } = JSON.parse(output) as Record<string, number>;
    return {
      values: { single: single!, batched: batched!, shadowed: shadowed!, record: record! },
      details,
      problems: [],
    };
  },
};
