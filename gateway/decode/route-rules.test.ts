import { describe, expect, it } from 'vitest';
import { invalid } from '../../shared/config/problem.ts';
import { schemaProblems } from '../../shared/config/schema/schema-problems.ts';
import { RouteRule } from './config.ts';
import { compileRule, ruleProblems } from './route-rules.ts';

const topic = 'telemetry/{site}/{machine}';

describe('a rule that does not fit', () => {
  it.each([
    [{ topic, format: 'xml' }, /must have format = "json" or "number" or .*, not "xml"$/],
    [{ topic }, /must have format = "json" or/],
    [{ topic, format: 'csv' }, /columns is missing \(The sensors/],
    [
      { topic, format: 'json', columns: ['a'] },
      /^unknown property 'columns'; there is one in .* with format = "csv"$/,
    ],
    [
      { topic, format: 'json', colour: 'red' },
      /^unknown property 'colour'; there are format, topic, site, machine, gzip, labels, retainedAgain, timeKeys$/,
    ],
  ])('%j is refused with one problem', (rule, problem) => {
    const problems = schemaProblems(RouteRule, rule);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toMatch(problem);
  });
});

it('names every problem of a rule', () => {
  expect(ruleProblems({ topic: 'a/{pump}', format: 'json' }, 'routes[3]')).toEqual([
    invalid(
      'routes[3].topic',
      "routes[3]: the topic 'a/{pump}' has {pump}, which is not one of {site}, {machine}, {sensor}",
    ),
    invalid(
      'routes[3].topic',
      "routes[3]: the topic 'a/{pump}' says no site; put {site} into it, or set site beside it",
    ),
    invalid(
      'routes[3].topic',
      "routes[3]: the topic 'a/{pump}' says no machine; put {machine} into it, or set machine beside it",
    ),
  ]);
});

it('creates a decoder with the configuration of its format', async () => {
  const rule = await compileRule({
    topic: 'line',
    format: 'csv',
    site: 's',
    machine: 'm',
    columns: ['a', 'b'],
  });
  expect(rule.match('line')).toEqual({});
  expect(rule.decoder.decode(Buffer.from('1,2'), { site: 's', machine: 'm' })).toEqual([
    { values: { a: 1, b: 2 } },
  ]);
});

it('refuses to compile a rule that has problems', async () => {
  await expect(compileRule({ topic: 'a/{machine}', format: 'json' })).rejects.toThrow('says no site');
});
