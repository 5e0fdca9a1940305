/** The generated references are complete, and what is committed is what would be generated: `npm run docs` writes them. */
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from '../../shared/config/schema/schema-problems.ts';
import { configDocuments } from './config-documents.ts';
import { configReference } from './config-reference.ts';
import { tablesOf, unexplained } from './settings.ts';

describe.each(configDocuments)('$name', ({ name, head, schema, filled }) => {
  const text = configReference(head, schema, filled);

  it('explains every setting', () => {
    expect(unexplained(tablesOf(schema))).toEqual([]);
  });

  it('has examples that are sound', () => {
    const problems = [...text.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].flatMap(([, example]) =>
      schemaProblems(schema as never, parse(example!), true).map(({ message }) => message),
    );
    expect(problems).toEqual([]);
  });

  it('is committed as it would be generated', async () => {
    await expect(text).toMatchFileSnapshot(`../docs/${name}`);
  });
});

it('every setting that is a path is marked as one', () => {
  const settings = configDocuments.flatMap(({ schema }) =>
    tablesOf(schema).flatMap((table) => table.settings),
  );
  const isNamedAsPath = (name: string) => /(?:File|Dir)$|^path$/.test(name);
  expect(settings.filter(({ name }) => isNamedAsPath(name)).length).toBeGreaterThan(12);
  const differing = settings.filter(({ name, schema }) => isNamedAsPath(name) !== (schema.isPath ?? false));
  expect(differing.map(({ name }) => name)).toEqual([]);
});

describe('the search for gaps', () => {
  it('reports settings and tables without description or example', () => {
    const inner = { type: 'object', properties: { b: { type: 'string', description: 'x' } } };
    const schema = { type: 'object', properties: { a: { type: 'integer', default: 1 }, t: inner } };
    expect(unexplained(tablesOf(schema))).toEqual([
      'a: no description',
      '[t]: no description',
      't.b: no example',
    ]);
  });
});

describe('the text of a schema', () => {
  const text = (properties: object) => configReference('# x', { type: 'object', properties } as never);

  it('tells kinds of a table apart, and lists within lists', () => {
    const kind = (value: string) => ({
      type: 'object',
      description: `Kind ${value}`,
      properties: {
        kind: { const: value },
        sizeBytes: { type: 'integer', minimum: 1, default: 2_048, description: 'size' },
      },
    });
    const store = { oneOf: [kind('a'), kind('b')], discriminator: { propertyName: 'kind' } };
    expect(text({ store })).toContain(
      '## `[store]` with `kind = "b"`\n\nKind b.\n\n| Setting | Value | Default | Meaning |\n|---|---|---|---|\n' +
        '| `kind` | `"b"` | – | Chooses this kind. |\n| `sizeBytes` | whole number, bytes, at least 1 | `2048` (2 KiB) | Size. |\n\n' +
        '```toml\n[store]\nkind = "b"\nsizeBytes = 2048\n```',
    );
    const at = { type: 'string', description: 'where', examples: ['x'] };
    const withAt = (value: string, properties = {}) => ({
      ...kind(value),
      required: ['at'],
      properties: { kind: { const: value }, at, ...properties },
    });
    const c = withAt('c', { depth: { type: 'integer', default: 1, description: 'how deep' } });
    const places = { ...store, description: 'Places', oneOf: [withAt('a'), c] };
    expect(text({ places })).toContain(
      '## `[places]`\n\nPlaces.\n\n| Setting | Value | Default | Meaning |\n|---|---|---|---|\n' +
        '| `kind` | `"a"` or `"c"` | required | One of the kinds below. |\n| `at` | text | required | Where. |\n\n' +
        '| `kind` | Meaning |\n|---|---|\n| `"a"` | Kind a. |\n| `"c"` | Kind c. |\n\n' +
        '```toml\n[places]\nkind = "a"\nat = "x"\n```\n\n' +
        '## `[places]` with `kind = "c"`\n\nKind c.\n\n| Setting | Value | Default | Meaning |\n|---|---|---|---|\n' +
        '| `kind` | `"c"` | – | Chooses this kind. |\n| `depth` | whole number | `1` | How deep. |\n\n' +
        '```toml\n[places]\nat = "x"\nkind = "c"\ndepth = 1\n```',
    );
    const filter = {
      type: 'object',
      description: 'f',
      properties: { x: { type: 'boolean', default: true } },
    };
    const mail = { type: 'array', description: 'm', items: { type: 'object', properties: { filter } } };
    expect(text({ mail })).toContain('```toml\n[[mail]]\n[mail.filter]\nx = true\n```');
  });
});
