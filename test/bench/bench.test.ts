import { describe, expect, it } from 'vitest';
import { chartSvg } from './chart.ts';
import { usageOf } from './meter.ts';
import { machineFacts, reportText, short } from './report.ts';
import { runScenario } from './runner.ts';
import type { Sample, Scenario, Side } from './scenario.ts';
import { spreadOf } from './stats.ts';

const quiet = { quick: true, say() {} };

function scenario(run: (side: Side) => Sample): Scenario {
  return {
    name: 'fake',
    title: 'a <fake> one',
    figures: [
      { key: 'rate', title: 'rate', unit: 'msg/s', better: 'higher', target: 0.6 },
      { key: 'memory', title: 'memory', unit: 'MiB', better: 'lower', target: 2 },
    ],
    run: (side) => Promise.resolve(run(side)),
  };
}

const sample = (rate: number, memory: number, problems: string[] = []): Sample => ({
  values: { rate, memory },
  details: {},
  problems,
});

describe('the bench', () => {
  it('runs the sides alternately and pairs them for the ratio', async () => {
    const order: Side[] = [];
    const rates = { bare: [100, 200, 100], product: [50, 160, 70] };
    const result = await runScenario(
      scenario((side) => {
        const turn = order.filter((one) => one === side).length;
        order.push(side);
        return sample(rates[side][turn]!, side === 'bare' ? 10 : 30);
      }),
      { ...quiet, repetitions: 3 },
    );
    expect(order).toEqual(['bare', 'product', 'product', 'bare', 'bare', 'product']);
    expect(result.figures[0]).toMatchObject({ ratio: { median: 0.7, min: 0.5, max: 0.8 }, met: true });
    expect(result.figures[1]).toMatchObject({ ratio: { median: 3 }, met: false });
  });

  it('reports what is wrong, and a side that fails', async () => {
    const lost = await runScenario(
      scenario(() => sample(1, 1, ['3 readings are missing'])),
      { ...quiet, repetitions: 1 },
    );
    expect(lost.problems).toEqual(['bare: 3 readings are missing', 'product: 3 readings are missing']);
    const failed = await runScenario(
      scenario(() => {
        throw new Error('it did not start');
      }),
      { ...quiet, repetitions: 1 },
    );
    expect(failed.problems).toEqual(['it did not start']);
    expect(failed.figures[0]!.met).toBeNull();
  });

  it('prints a table and draws a chart', async () => {
    const result = await runScenario(
      scenario((side) => sample(side === 'bare' ? 120_000 : 60_000, 1)),
      { ...quiet, repetitions: 1 },
    );
    const skipped = { ...result, name: 'other', figures: [], skipped: 'no server' };
    const scenarios = [result, skipped];
    const text = reportText({ at: '', machine: machineFacts(), quick: true, repetitions: 1, scenarios });
    expect(text).toMatch(/fake +rate, msg\/s +120,000 +60,000 +0.5 +≥ 0.6 +NOT MET/);
    expect(text).toContain('skipped other: no server');
    const svg = chartSvg(result.figures);
    expect(svg.match(/<rect /g)).toHaveLength(3);
  });

  it('takes the median, and prints short numbers', () => {
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect([1_234_567, 12.3456, 0.001234, Number.NaN].map(short)).toEqual([
      '1,234,567',
      '12.3',
      '0.00123',
      '–',
    ]);
  });

  it.skipIf(process.platform !== 'linux')('reads CPU time and peak memory of a process (needs Linux)', () => {
    const usage = usageOf([process.pid])!;
    expect(usage.cpuSeconds).toBeGreaterThan(0);
    expect(usage.rssPeakBytes).toBeGreaterThan(10 << 20);
    expect(usageOf([2 ** 22 + 1])).toBeNull();
  });
});
