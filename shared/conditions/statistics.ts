import { Type } from '@sinclair/typebox';
import { ConditionData } from '../contract/condition.ts';
import { reportOf } from '../parts/statistics.ts';

/** The open conditions of a side. */
export const conditionsReport = reportOf<{ conditions: readonly ConditionData[] }>()({
  name: 'Conditions',
  statistics: {
    harbinger_conditions_open: {
      type: 'gauge',
      help: 'Alerts about Harbinger itself that this process has open',
      labels: ['condition', 'severity'],
    },
  },
  status: {
    conditions: Type.Array(ConditionData, { description: 'open alerts about Harbinger itself' }),
  },
  samples({ conditions }) {
    const counts = new Map<string, { labels: Record<string, string>; value: number }>();
    for (const { condition, severity } of conditions) {
      const key = `${condition} ${severity}`;
      const sample = counts.get(key) ?? { labels: { condition, severity }, value: 0 };
      counts.set(key, { ...sample, value: sample.value + 1 });
    }
    return { harbinger_conditions_open: [...counts.values()] };
  },
});
