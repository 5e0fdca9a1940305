import { Value } from '@sinclair/typebox/value';
import { expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/load-config.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { StoreConfig, storeConfigProblems } from './config.ts';
import { createReadingStore } from './create-store.ts';

const deps = { dataDir: '/nowhere', clock: systemClock, log: silentLog };
const parse = (config: object) => Value.Parse(StoreConfig, config);

test('nothing said is the embedded store', () => {
  const config = loadConfig(StoreConfig, {});
  expect(config).toMatchObject({ kind: 'embedded', memoryMiBMax: 512, threads: 2 });
  expect(storeConfigProblems(config)).toEqual([]);
  expect(createReadingStore(config, deps).kind).toBe('embedded');
});

test.each([
  [{ version: 1, database: 'd' }, 'influx1'],
  [{ version: 2, bucket: 'b', org: 'o', token: 't' }, 'influx2'],
  [{ version: 3, database: 'd', token: 't' }, 'influx3'],
])('InfluxDB: %o', (more, kind) => {
  const config = parse({ kind: 'influx', url: 'http://127.0.0.1:8086', ...more });
  expect(createReadingStore(config, deps).kind).toBe(kind);
});

test.each([
  [{ kind: 'influx' }, ['store.version', 'store.url', 'store.database']],
  [{ kind: 'influx', version: 2, url: 'http://h' }, ['store.bucket', 'store.org', 'store.token']],
  [{ kind: 'influx', version: 1, url: 'http://h', database: 'd', token: 't' }, ['store.username']],
  [{ kind: 'embedded', url: 'http://h' }, ['store.url']],
])('settings that do not go together: %o', (config, places) => {
  const problems = storeConfigProblems(parse(config)).join('\n');
  for (const place of places) expect(problems).toContain(place);
  expect(() => createReadingStore(parse(config), deps)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});

test.each([{ kind: 'redis' }, { kind: 'influx', version: 4 }, { url: 'ftp://x' }, { colour: 'red' }])(
  'settings that cannot be: %o',
  (overrides) => {
    expect(() => loadConfig(StoreConfig, { overrides })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  },
);
