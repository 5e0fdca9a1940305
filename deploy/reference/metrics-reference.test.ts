/** Metrics are declared soundly, and what is committed is what would be generated: `npm run docs` writes it. */
import { describe, expect, it } from 'vitest';
import { cloudStatistics } from '../../cloud/reports.ts';
import { gatewayStatistics } from '../../gateway/reports.ts';
import { metricsReference } from './metrics-reference.ts';

const processes = { Gateway: gatewayStatistics, Cloud: cloudStatistics };

describe.each(Object.entries(processes))('metrics of the %s', (_process, declared) => {
  const all = declared.flatMap(({ statistics }) => Object.entries(statistics));

  it('are declared once', () => {
    const names = all.map(([name]) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('have names that tell their type, and a help text', () => {
    const unsound = all.filter(
      ([name, { type, help }]) =>
        !/^harbinger(_[a-z]+)+$/.test(name) ||
        name.endsWith('_total') !== (type === 'counter') ||
        help === '',
    );
    expect(unsound.map(([name]) => name)).toEqual([]);
  });
});

it('the reference of metrics is written down as it is', async () => {
  await expect(metricsReference(processes)).toMatchFileSnapshot('../docs/metrics.md');
});

it('a metric is a row of its room’s table', () => {
  const statistics = {
    harbinger_calls_total: { type: 'counter', help: 'Calls, in | out', labels: ['to'] },
  } as const;
  expect(metricsReference({ Gateway: [{ name: 'Calls', statistics }] })).toContain(
    '### Calls\n\n| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n' +
      '| `harbinger_calls_total` | counter | `to` | Calls, in \\| out. |\n',
  );
});
