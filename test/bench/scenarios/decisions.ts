import { compiledEntry } from '../../../shared/files/paths.ts';
import type { Scenario } from '../scenario.ts';
import { outputOf } from '../sides/load-process.ts';

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
    const { single, batched, record, ...details } = JSON.parse(output) as Record<string, number>;
    return {
      values: { single: single!, batched: batched!, record: record! },
      details,
      problems: [],
    };
  },
};
