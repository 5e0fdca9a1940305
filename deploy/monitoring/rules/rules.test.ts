/** Alert rules are sound to Prometheus' own tool, and each is raised when it should be and not otherwise. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudStatistics } from '../../../cloud/reports.ts';
import { gatewayStatistics } from '../../../gateway/reports.ts';
import type { StatisticDeclarations } from '../../../shared/parts/statistics.ts';
import { reasonToSkip } from '../../../test/support/needed.ts';
import { promtool, promtoolBinary } from '../../../test/support/peers/prometheus.ts';
import { type RuleCase, ruleCases } from './cases.testing.ts';
import { type AlertRule, rulesFile } from './rule.ts';
import { ruleGroups } from './rules.ts';

const rules = ruleGroups.flatMap((group) => group.rules);
const absent = reasonToSkip(await promtoolBinary());
const place = { job: 'harbinger-gateway', instance: 'gw-1:8081' };

it('rules have names and cases of their own', () => {
  const names = rules.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(ruleCases).sort()).toEqual([...names].sort());
  for (const [name, cases] of Object.entries(ruleCases)) {
    const outcomes = new Set(cases.map(({ alert }) => alert !== null));
    expect(outcomes, `${name} has a case for and one against it`).toEqual(new Set([true, false]));
  }
});

it('rules name only metrics and labels that are declared', () => {
  const all: StatisticDeclarations = Object.assign(
    {},
    ...[...gatewayStatistics, ...cloudStatistics].map(({ statistics }) => statistics),
  );
  const problems = rules.flatMap(({ name, expr }) =>
    [...expr.matchAll(/\b(harbinger_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, metric = '', selector = '']) => {
      const declared = all[metric];
      if (!declared) return [`${name}: ${metric}`];
      const labels = [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
      return labels.filter((label) => !declared.labels?.includes(label)).map((label) => `${name}: ${label}`);
    }),
  );
  expect(problems).toEqual([]);
});

describe.skipIf(absent)(`promtool${absent ? `: ${absent}` : ''}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rules-'));
    await writeFile(join(folder, 'rules.yml'), rulesFile(ruleGroups));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes the file of rules', async () => {
    const { status, output } = await promtool(['check', 'rules', join(folder, 'rules.yml')]);
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(status).toBe(0);
  });

  // The file has nothing beside the rule: promtool evaluates all rules of a file at each minute of each case.
  it.each(rules)('sees $name raised when it should be, and not otherwise', async (rule) => {
    const file = join(folder, `${rule.name}.yml`);
    const tests = ruleCases[rule.name]!.map((each) => testOf(rule, each));
    const own = `${rule.name}.rules.yml`;
    await writeFile(join(folder, own), rulesFile([{ name: rule.name, rules: [rule] }]));
    // YAML takes JSON.
    await writeFile(file, JSON.stringify({ rule_files: [own], evaluation_interval: '1m', tests }));
    const { status, output } = await promtool(['test', 'rules', file]);
    expect(output).toMatch(/^Unit Testing: .*\n\s*SUCCESS\s*$/);
    expect(status).toBe(0);
  });
});

function testOf(rule: AlertRule, { series, atMinutes, alert }: RuleCase): object {
  const labels = { ...place, ...alert };
  const expanded = (text: string) =>
    text.replace(
      /\{\{ \$labels\.(\w+) \}\}/g,
      (_, name: string) => (labels as Record<string, string>)[name] ?? '',
    );
  const exp_labels = { ...labels, severity: rule.severity };
  const exp_annotations = { summary: expanded(rule.summary), description: expanded(rule.toDo) };
  return {
    name: `${rule.name} ${alert ? 'is raised' : 'is not raised'}`,
    interval: '1m',
    input_series: series.map(([name, own, values]) => ({ series: seriesText(name, own), values })),
    alert_rule_test: [
      {
        eval_time: `${atMinutes}m`,
        alertname: rule.name,
        exp_alerts: alert ? [{ exp_labels, exp_annotations }] : [],
      },
    ],
  };
}

function seriesText(name: string, own: Record<string, string>): string {
  const labels = Object.entries({ ...place, ...own }).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${labels.join(',')}}`;
}
