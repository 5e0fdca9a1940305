/** Tests the query of somebody whose messages did not become readings, against a real gateway and a real cloud. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProductProcess } from '../../../test/support/processes.ts';
import { runInside } from '../run-command.testing.ts';

const linkPassword = 'a-link-password';
let dir = '';
let cloud: ProductProcess;
let gateway: ProductProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-query-'));
  const start = async (command: 'gateway' | 'cloud', config: string) => {
    const configFile = join(dir, `${command}.toml`);
    writeFileSync(configFile, config);
    const product = new ProductProcess({ command, dataDir: join(dir, command), configFile });
    await product.start();
    return product;
  };
  cloud = await start(
    'cloud',
    `api = { openOnLoopback = true }\ngateways = [{ id = "g", password = "${linkPassword}" }]\n`,
  );
  const uplink = `uplink = { url = "${cloud.mqttUrl}", password = "${linkPassword}" }`;
  gateway = await start('gateway', `gateway = "g"\nbroker = { anonymous = "loopback" }\n${uplink}\n`);
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  await cloud?.stop();
  rmSync(dir, { recursive: true });
});

const query = (sql: string) => runInside(['query', sql, '--data', dir]);

it('says that there are no rows, and that messages became dead letters', async () => {
  expect((await query('select temperature from generic')).stderr).toMatch(
    /there is no table 'generic', because no reading is stored yet: publish one, and ask again \[API_REFUSED\]\n$/,
  );
  const client = await connectAsync(gateway.mqttUrl);
  await client.publishAsync('telemetry/lab/x', '{temperature: 21.5}', { qos: 1 });
  await client.endAsync();
  const hint = `a message became a dead letter and no reading: harbinger deadletters list --data '${dir}'`;
  expect(await query('select temperature from generic')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining(`publish one, and ask again; ${hint} [API_REFUSED]\n`),
  });
  expect(await query('select 1 as one where 1 = 2')).toEqual({
    status: 0,
    stdout: 'one\n',
    stderr: `(no rows; ${hint})\n`,
  });
  expect(await query('select 1 as one')).toEqual({ status: 0, stdout: 'one\n1\n', stderr: '' });
}, 300_000);

it('without a table is answered in words', async () => {
  expect((await query('select nonsense')).stderr).toContain(
    "'nonsense' means nothing, because the query has no FROM",
  );
}, 300_000);
