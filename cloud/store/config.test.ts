import { describe, expect, it, test } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { checkCloud } from '../check-config.ts';
import { type StoreConfig, storeChecks } from './config.ts';
import { createReadingStore } from './create-store.ts';
import { stores } from './stores.ts';

const deps = { dataDir: '/nowhere', clock: systemClock, log: silentLog };
const url = 'http://127.0.0.1:8086';

/** The store in a cloud's configuration with this table, or all problems with it. */
function read(store?: object): { store: StoreConfig; problems: string[] } {
  const { config, problems } = checkCloud({ overrides: store ? { store } : {} }, { files: false });
  return { store: config?.store as StoreConfig, problems: problems.map(({ message }) => message) };
}

test.each([[undefined], [{}], [{ kind: 'embedded' }]])(
  'the embedded store is the default: %o',
  async (table) => {
    const { store } = read(table);
    expect(store).toEqual({ kind: 'embedded', memoryMiBMax: 512, threads: 2, timeoutMs: 10_000 });
    expect((await createReadingStore(store, deps)).kind).toBe('embedded');
  },
);

test.each([
  [{ version: 1, database: 'd' }, 'influx1'],
  [{ version: 2, bucket: 'b', org: 'o', token: 't' }, 'influx2'],
  [{ version: 3, database: 'd', token: 't' }, 'influx3'],
])('InfluxDB: %o', async (more, kind) => {
  const { store } = read({ kind: 'influx', url, ...more });
  expect((await createReadingStore(store, deps)).kind).toBe(kind);
});

describe('settings of another kind', () => {
  it('that have always been ignored are still ignored', () => {
    expect(read({ kind: 'influx', version: 1, url, database: 'd', memoryMiBMax: 64, threads: 1 })).toEqual({
      store: { kind: 'influx', version: 1, url, database: 'd', timeoutMs: 10_000 },
      problems: [],
    });
    expect(read({ retentionPolicy: 'autogen' }).problems).toEqual([]);
  });

  it.each([
    [{ url }, /unknown property 'url'; there is one in \[store\] with kind = "influx"/],
    [
      { kind: 'influx', version: 1, url, database: 'd', path: '/x' },
      /unknown property 'path'; there is one in \[store\] with kind = "embedded"/,
    ],
  ])('are refused, with the table that they belong to: %o', (table, problem) => {
    expect(read(table).problems).toEqual([expect.stringMatching(problem)]);
  });
});

test.each([
  [{ kind: 'influx' }, ['store.version is missing', 'store.url is missing']],
  [
    { kind: 'influx', version: 2, url },
    ['store.bucket is missing', 'store.org is missing', 'store.token is missing'],
  ],
  [{ kind: 'influx', version: 1, url, database: 'd', token: 't' }, ['use store.username']],
  [{ kind: 'redis' }, ['must have kind = "embedded" or "influx"']],
  [{ kind: 'influx', version: 4, url, database: 'd' }, ['store.version must be 1 or 2 or 3']],
  [
    { kind: 'influx', version: 1, url: 'ftp://x', database: 'd' },
    ['store.url must be an address that begins with http'],
  ],
  [{ colour: 'red' }, ["unknown property 'colour'"]],
])('settings with impossible values: %o', (table, expected) => {
  const { problems } = read(table);
  expect(problems).toEqual(expected.map((text) => expect.stringContaining(text)));
});

test('the kinds that the configuration offers are those of the registry', () => {
  const kinds = stores.map(({ kind }) => `"${kind}"`).join(' or ');
  expect(read({ kind: 'none of them' }).problems).toEqual([expect.stringContaining(`kind = ${kinds}`)]);
});

test('a store with contradictory settings is not created', async () => {
  const config = { kind: 'influx', version: 2, url, timeoutMs: 1_000 } as const;
  expect(storeChecks.problems(config)).toHaveLength(3);
  await expect(createReadingStore(config, deps)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
