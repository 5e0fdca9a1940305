/** The checks of a cloud's configuration together: each finds its problems beside those of the others. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLog } from '../shared/runtime/log.ts';
import { checkCloudConfig } from './main.ts';
import { createReadingStore } from './store/create-store.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-cloud-check-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Returns the problems of a configuration as `LINE: message`. */
function problemsOf(text: string): string[] {
  const file = join(dir, 'cloud.toml');
  writeFileSync(file, text);
  const { problems, warnings } = checkCloudConfig({ config: file }, { files: true });
  return [
    ...problems.map(({ line, message }) => `${line}: ${message}`),
    ...warnings.map(({ line, message }) => `warning at ${line}: ${message}`),
  ];
}

it('a wrong setting hides no other problem of its table, of the neighbours in its list, and of other tables', () => {
  const found = problemsOf(`[ingest]
port = 8080
tls = { certFile = 3, keyFile = "/nowhere/key.pem" }
[api]
token = "short"
[store]
kind = "influx"
version = 2
url = "ftp://x"
[[gateways]]
id = "a b"
[[gateways]]
id = "c"
password = "short"
passwordHash = "x"
[[gateways]]
id = "c"
password = "12345678"
[[alerts.webhook]]
name = "w"
timeoutMs = 1
url = "https://u:p@example.org"
headers = { "X Y" = "z" }
[[alerts.mqtt]]
name = "w"
url = "mqtt://x"
topic = "alerts/{foo}"
caFile = "/nowhere/ca.pem"
[alerts.fax]
`);
  expect(found).toEqual(
    [
      '2: api.port: port 8080 is taken by ingest.port',
      '3: ingest.tls.certFile must be a text in quotes, not 3',
      '3: ingest.tls.keyFile names /nowhere/key.pem',
      '5: api.token must have at least 16 characters',
      '6: store.bucket is missing',
      '6: store.org is missing',
      '6: store.token is missing',
      '9: store.url must be an address that begins with http:// or https://',
      '10: gateways[0] has no password',
      '11: gateways[0].id must be a name of up to 64 letters',
      '14: gateways[1].password must have at least 8 characters',
      '15: gateways[1].passwordHash: a password hash does not',
      "17: gateways[2].id: 'c' is taken by gateways[1].id",
      '21: alerts.webhook[0].timeoutMs must be at least 100, not 1',
      '22: alerts.webhook[0].url must be an address such as https://HOST/PATH, without user and password',
      "23: alerts.webhook[0].headers: 'X Y' does not fit",
      "25: alerts.mqtt[0].name: 'w' is taken by alerts.webhook[0].name",
      '28: alerts.mqtt[0].caFile names /nowhere/ca.pem',
      "29: alerts: unknown property 'fax'",
      'warning at 27: alerts.mqtt[0].topic: nothing is filled in for {foo}',
    ].map((start) => expect.stringContaining(start)),
  );
});

it('warns of what can be used and probably is not meant', () => {
  expect(problemsOf('[api]\nopenOnLoopback = true\ntoken = "0123456789abcdef"\n')).toEqual([
    'warning at undefined: gateways is empty: no gateway may connect; list each under [[gateways]]',
    'warning at 2: api.openOnLoopback has no effect, because api.token is set',
  ]);
});

it('opens the database in memory where store.path says so, and creates no file', async () => {
  const file = join(dir, 'cloud.toml');
  writeFileSync(file, '[store]\npath = ":memory:"\n');
  const { config } = checkCloudConfig({ config: file }, { files: true });
  const deps = { dataDir: join(dir, 'data'), clock: systemClock, log: silentLog };
  const store = await createReadingStore(config!.store, deps);
  await store.start();
  const sql = 'SELECT 7 AS n';
  expect(await store.sql?.({ sql, rowsMax: 1, timeoutMs: 60_000 })).toMatchObject({ rows: [[7]] });
  await store.stop();
  expect(readdirSync(dir)).toEqual(['cloud.toml']);
  expect(existsSync(':memory:')).toBe(false);
});
