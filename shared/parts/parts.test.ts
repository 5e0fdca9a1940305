import { type Static, Type } from '@sinclair/typebox';
import { Registry } from 'prom-client';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { invalid } from '../config/problem.ts';
import { compileValidator } from '../runtime/validate.ts';
import { choice, lists, tables } from './config.ts';
import { countedMetrics, Metrics } from './metrics.ts';
import { nameOf, partOf } from './part.ts';
import { configuredLists, configuredName, createPart, problemsOf } from './registry.ts';
import { declareStatistics, type Reporter } from './statistics.ts';

interface Deps {
  greeting: string;
}
const greeterPart = partOf<Deps, { greet(): string }>();

const loud = greeterPart({
  kind: 'loud',
  about: 'Greets loudly.',
  config: Type.Object(
    { name: Type.String({ description: 'whom' }), marks: Type.Integer({ default: 1, description: '!' }) },
    { additionalProperties: false },
  ),
  check: ({ marks }, place) =>
    marks > 3
      ? [invalid(`${place}.marks`, 'more than 3 are rude'), invalid(`${place}.marks`, 'fewer are kinder')]
      : [],
  create: ({ name, marks }, { greeting }) => ({ greet: () => `${greeting} ${name}${'!'.repeat(marks)}` }),
});
const silent = greeterPart({
  kind: 'silent',
  about: 'Greets nobody.',
  config: Type.Object({ reason: Type.Optional(Type.String()) }, { additionalProperties: false }),
  create: async () => ({ greet: () => '' }),
});
const greeters = [loud, silent] as const;

const fail = (problem: string) => new Error(problem);

describe('lists', () => {
  const schema = lists(greeters);
  const read = compileValidator(schema);

  it('types each kind by its own configuration', () => {
    type Table = Static<typeof schema>;
    expectTypeOf<keyof Table>().toEqualTypeOf<'loud' | 'silent'>();
    expectTypeOf<Table['loud'][number]['marks']>().toEqualTypeOf<number>();
    expectTypeOf<Table['silent'][number]['reason']>().toEqualTypeOf<string | undefined>();
  });

  it('fills defaults and refuses a kind that is not registered', () => {
    expect(read({ loud: [{ name: 'Ada' }] }, fail)).toEqual({
      loud: [{ name: 'Ada', marks: 1 }],
      silent: [],
    });
    expect(() => read({ fax: [] }, fail)).toThrow("unknown property 'fax'");
  });

  it('creates the configured parts and names every problem with its place', async () => {
    const table = read({ loud: [{ name: 'Ada' }, { name: 'Bob', marks: 9 }], silent: [{}] }, fail);
    const configured = configuredLists(greeters, table, 'greet');
    expect(configured.map(configuredName)).toEqual(['loud/Ada', 'loud/Bob', 'silent']);
    expect(problemsOf(greeters, configured)).toEqual([
      invalid('greet.loud[1].marks', 'more than 3 are rude'),
      invalid('greet.loud[1].marks', 'fewer are kinder'),
    ]);
    const made = await createPart<Deps, { greet(): string }>(greeters, configured[0]!, { greeting: 'Hello' });
    expect(made.greet()).toBe('Hello Ada!');
  });
});

it('tables make one table for each kind', () => {
  const schema = Type.Object({ own: Type.Integer({ default: 7 }), ...tables([silent] as const) });
  expectTypeOf<Static<typeof schema>['silent']>().toEqualTypeOf<{ reason?: string }>();
  expect(compileValidator(schema)({}, fail)).toEqual({ own: 7, silent: {} });
});

describe('choice', () => {
  const schema = choice('kind', greeters, { volume: Type.Integer({ default: 3 }) });
  const read = compileValidator(schema);

  it('narrows by the key', () => {
    type One = Static<typeof schema>;
    expectTypeOf<Extract<One, { kind: 'loud' }>['marks']>().toEqualTypeOf<number>();
    expectTypeOf<One['volume']>().toEqualTypeOf<number>();
  });

  it('fills the defaults of the chosen kind alone', () => {
    expect(read({ kind: 'loud', name: 'Ada' }, fail)).toEqual({
      kind: 'loud',
      name: 'Ada',
      marks: 1,
      volume: 3,
    });
    expect(read({ kind: 'silent' }, fail)).toEqual({ kind: 'silent', volume: 3 });
  });

  it.each([
    [{ kind: 'silent', marks: 1 }, /marks/],
    [{ kind: 'fax' }, /kind/],
    [{}, /kind/],
  ])('refuses %j with one problem', (value, problem) => {
    expect(() => read(value, fail)).toThrow(problem);
  });
});

it('a name consists of a kind, or of a kind and a name', () => {
  expect([nameOf('mqtt'), nameOf('webhook', 'maintenance')]).toEqual(['mqtt', 'webhook/maintenance']);
});

describe('metrics', () => {
  const statistics = declareStatistics({
    harbinger_greetings_total: { type: 'counter', help: 'Greetings', labels: ['to'] },
    harbinger_mood: { type: 'gauge', help: 'Mood' },
  });
  const greeter = (to: string, count: number, mood?: number): Reporter => ({
    statistics,
    samples: () => ({
      harbinger_greetings_total: [{ value: count, labels: { to } }],
      ...(mood !== undefined && { harbinger_mood: mood }),
    }),
    status: () => ({}),
    summary: () => ({}),
  });

  /** The lines of a scrape after all of these reports, one set after the other. */
  async function shown(...reports: Reporter[][]): Promise<string[]> {
    let now: Reporter[] = [];
    const metrics = new Metrics(() => now, new Registry());
    let text = '';
    for (now of reports) text = await metrics.text();
    return text.split('\n').filter((line) => line.startsWith('harbinger_'));
  }

  it('keeps counting when a total restarts', async () => {
    expect(await shown([greeter('Ada', 5, 1)], [greeter('Ada', 2, 0.5)])).toEqual([
      'harbinger_greetings_total{to="Ada"} 7',
      'harbinger_mood 0.5',
    ]);
  });

  it('combines the reports of several parts of one kind, and omits gauges that none reports', async () => {
    const first = [greeter('Ada', 1, 1), greeter('Bob', 2)];
    expect(await shown(first, [greeter('Ada', 1), greeter('Bob', 2)])).toEqual([
      'harbinger_greetings_total{to="Ada"} 1',
      'harbinger_greetings_total{to="Bob"} 2',
    ]);
  });

  it('refuses undeclared metrics', async () => {
    const other = { ...greeter('Ada', 1), samples: () => ({ harbinger_other: 1 }) };
    await expect(shown([other])).rejects.toThrow('not declared');
  });

  it('creates one metric for each declaration of an observed metric', async () => {
    const registry = new Registry();
    const counted = countedMetrics(registry, {
      harbinger_calls_total: { type: 'counter', help: 'Calls', labels: ['to'] },
      harbinger_call_seconds: { type: 'histogram', help: 'Duration', buckets: [1, 10] },
    });
    counted.harbinger_calls_total.inc({ to: 'Ada' });
    counted.harbinger_call_seconds.observe(5);
    const text = await registry.metrics();
    expect(text).toContain('harbinger_calls_total{to="Ada"} 1');
    expect(text).toContain('harbinger_call_seconds_bucket{le="10"} 1');
  });
});
