import { describe, expect, it } from 'vitest';
import { textOf } from '../tidy/tree.ts';
import { chartSvg } from './chart.ts';
import { growthSvg } from './growth/chart.ts';
import { type CurveResult, stepsOf, verdictOf } from './growth/curve.ts';
import { usageOf } from './measure/meter.ts';
import { spreadOf } from './measure/stats.ts';
import { help, readOptions } from './options.ts';
import { machineFacts, reportMarkdown, reportText, short } from './report.ts';
import { runScenario } from './runner.ts';
import type { Sample, Scenario, Side } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

const quiet = { context: { quick: true, sustainedMinutes: 1 }, progress() {} };

function scenario(run: (side: Side) => Sample): Scenario {
  return {
    name: 'fake',
    title: 'a <fake> one',
    seconds: 1,
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

  it('compares an absolute target with the product alone, and repeats no more often than a scenario allows', async () => {
    const one: Scenario = {
      ...scenario(() => sample(70_000, 1)),
      sides: ['product'],
      repetitionsMax: 2,
      figures: [
        { key: 'rate', title: 'rate', unit: 'msg/s', better: 'higher', target: 60_000, targetFor: 'value' },
      ],
    };
    const result = await runScenario(one, { ...quiet, repetitions: 5 });
    expect(result.samples).toHaveLength(2);
    expect(result.figures[0]).toMatchObject({ product: { median: 70_000 }, met: true });
    expect(result.loadBefore).toHaveLength(2);
    expect(chartSvg(result.figures)).toContain('target ≥ 60,000');
  });

  it('reads its options, and names what is wrong with them', () => {
    const names = ['qos1', 'drain'];
    expect(readOptions(['--only', 'qos1,drain', '--sustained', '10'], names)).toMatchObject({
      only: names,
      repetitions: 3,
      sustainedMinutes: 10,
      growth: false,
    });
    expect(readOptions(['growth', '--quick'], names)).toMatchObject({ growth: true, repetitions: 1 });
    expect(() => readOptions(['--only', 'qos2'], names)).toThrow('--only qos2: there is no such scenario');
    expect(() => readOptions(['--repetitions', 'x'], names)).toThrow('--repetitions x');
    expect(() => readOptions(['grow'], names)).toThrow("'grow'");
  });

  it('says in its help how long it takes, from the durations of its scenarios and repetitions', () => {
    const once = { ...scenarios[0]!, name: 'once', seconds: 100, repetitionsMax: 1 };
    const text = help([once, { ...once, name: 'thrice', seconds: 60, repetitionsMax: 3 }]);
    expect(text).toContain('It takes about 5 minutes on two quiet cores');
    expect(text).toMatch(/^ {4}once {12}100 s {3}/m);
    const { 1: minutes } = /about (\d+) minutes/.exec(help(scenarios))!;
    expect(textOf('README.md')).toContain(`(about ${minutes} minutes; \`TMPDIR\` on a disk)`);
  });

  it('finds a step of a curve that is worse than linear', () => {
    const curve: CurveResult = {
      name: 'fake',
      title: 'Fake',
      sizeTitle: 'things',
      series: [
        { key: 'each', title: 'each', unit: 'ms', perItem: true },
        { key: 'all', title: 'all', unit: 'ms' },
      ],
      points: [
        { size: 10, costs: { each: 1, all: 5 } },
        { size: 100, costs: { each: 1, all: 6 } },
        { size: 1_000, costs: { each: 2, all: 60 } },
      ],
      remark: '',
    };
    expect(stepsOf(curve, curve.series[0]!).map(({ exponent }) => exponent.toFixed(2))).toEqual([
      '1.00',
      '1.30',
    ]);
    expect(verdictOf(curve, curve.series[0]!)).toContain('worse than linear** at 100 → 1,000');
    expect(verdictOf(curve, curve.series[1]!)).toContain('no step worse than linear');
    expect(growthSvg(curve).match(/<circle /g)).toHaveLength(6);
  });

  it('reports problems, and a side that fails', async () => {
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
    const facts = { at: '', machine: machineFacts(), commit: 'abc1234' };
    const report = { ...facts, quick: true, repetitions: 1, scenarios };
    const text = reportText(report);
    expect(text).toMatch(/fake +rate, msg\/s +120,000 +60,000 +0.5 +≥ 0.6 of bare +NOT MET/);
    expect(text).toContain('skipped other: no server');
    expect(text).toContain(`${report.machine.fileSystem}, commit abc1234`);
    expect(reportMarkdown(report)).toContain(
      '| a <fake> one: rate | **0.5** (60,000 msg/s) | ≥ 0.6 of bare | **missed** |',
    );
    const svg = chartSvg(result.figures);
    expect(svg.match(/<rect /g)).toHaveLength(3);
  });

  it('computes the median, and prints short numbers', () => {
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
