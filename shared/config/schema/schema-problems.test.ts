import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from './schema-problems.ts';

const kind = (value: string, properties: Parameters<typeof Type.Object>[0]) =>
  Type.Object({ kind: Type.Literal(value), ...properties }, { additionalProperties: false });
const timeoutMs = Type.Integer({ minimum: 1, default: 9 });
const schema = Type.Object(
  {
    store: Type.Unsafe({
      type: 'object',
      discriminator: { propertyName: 'kind' },
      required: ['kind'],
      oneOf: [
        kind('file', {
          timeoutMs,
          path: Type.String({ minLength: 1 }),
          threads: Type.Integer({ default: 2 }),
        }),
        kind('server', {
          timeoutMs,
          url: Type.String({
            pattern: '^https?://',
            form: 'an address that begins with http:// or https://',
          }),
        }),
      ],
    }),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z]+$' }),
        Type.String({ pattern: '^[0-9]*$', form: 'digits' }),
        {
          additionalProperties: false,
          form: 'names of small letters',
        },
      ),
    ),
    mode: Type.Optional(Type.Union([Type.Literal('fast'), Type.Literal('safe')])),
    size: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
    users: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), token: Type.Optional(Type.String({ minLength: 16 })) })),
    ),
    share: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  },
  { additionalProperties: false },
);
const sentences = (value: object, partial = false) =>
  schemaProblems(schema, { store: { kind: 'file', path: 'x' }, ...value }, partial).map(
    ({ message }) => message,
  );

describe('a problem in a configuration', () => {
  it.each<[string, object, string[]]>([
    [
      'a kind that does not exist',
      { store: { kind: 'fle' } },
      ['store must have kind = "file" or "server", not "fle"'],
    ],
    ['no kind', { store: { path: 'x' } }, ['store must have kind = "file" or "server"']],
    [
      'settings of another kind',
      { store: { kind: 'server', url: 'ftp://x', path: 'x' } },
      [
        'store: unknown property \'path\'; there is one in [store] with kind = "file"',
        'store.url must be an address that begins with http:// or https://',
      ],
    ],
    ['none of several values', { mode: 'fats' }, ['mode must be "fast" or "safe", not "fats"']],
    ['none of several types', { size: true }, ['size must be a whole number or a text in quotes, not true']],
    ['bounds', { share: 0 }, ['share must be more than 0, not 0']],
    ['bounds', { share: 2 }, ['share must be at most 1, not 2']],
    [
      'a name, and a value, that do not fit a pattern',
      { headers: { a: '1', b: 'x', 'C d': '1' } },
      ["headers: 'C d' does not fit; it takes names of small letters", 'headers.b must be digits'],
    ],
    [
      'settings that all kinds have, where the kind is unknown',
      { store: { kind: 'fle', timeoutMs: 0, path: '' } },
      ['store must have kind = "file" or "server", not "fle"', 'store.timeoutMs must be at least 1, not 0'],
    ],
    [
      'items of a list',
      { users: [{ name: 'a' }, { token: 'a secret' }, { name: 3, tokn: 'x' }] },
      [
        'users[1].name is missing',
        'users[1].token must have at least 16 characters',
        'users[2].name must be a text in quotes, not 3',
      ],
    ],
    [
      'a setting that stands elsewhere',
      { token: 'x' },
      ["unknown property 'token'; there is one in [[users]]"],
    ],
    ['a typing error', { mdoe: 'fast' }, ["unknown property 'mdoe'; did you mean 'mode'?"]],
  ])('is reported in one sentence each: %s', (_, value, expected) => {
    expect(sentences(value).sort()).toEqual(expected.sort());
  });

  it('names a table in a list as TOML writes it', () => {
    const filter = Type.Object({ sites: Type.Optional(Type.Integer()) }, { additionalProperties: false });
    const hook = Type.Object({ url: Type.Optional(Type.String()), filter: Type.Optional(filter) });
    const alerts = Type.Object({ webhook: Type.Optional(Type.Array(hook)) });
    const nested = Type.Object({ alerts: Type.Optional(alerts) }, { additionalProperties: false });
    const hintFor = (name: string) => schemaProblems(nested, { [name]: 'x' }).map(({ message }) => message);
    expect(hintFor('sites')).toEqual(["unknown property 'sites'; there is one in [alerts.webhook.filter]"]);
    expect(hintFor('url')).toEqual(["unknown property 'url'; there is one in [[alerts.webhook]]"]);
  });

  it('fills in defaults within the chosen kind', () => {
    const value = { store: { kind: 'file', path: 'x' } };
    expect(schemaProblems(schema, value)).toEqual([]);
    expect(value.store).toEqual({ kind: 'file', timeoutMs: 9, path: 'x', threads: 2 });
  });

  it('reports nothing as missing in a partial configuration', () => {
    expect(sentences({ users: [{}], share: 2 }, true)).toEqual(['share must be at most 1, not 2']);
  });
});
