/** Tests the verbs for what a gateway keeps, against a real gateway. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProductProcess } from '../../../test/support/processes.ts';
import { runInside } from '../run-command.testing.ts';

let dir = '';
let gateway: ProductProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-letters-'));
  const configFile = join(dir, 'gateway.toml');
  writeFileSync(configFile, '[broker]\nanonymous = "loopback"\n[uplink]\nurl = "mqtt://127.0.0.1:1"\n');
  gateway = new ProductProcess({ command: 'gateway', dataDir: join(dir, 'gateway'), configFile });
  await gateway.start();
}, 300_000);
afterAll(async () => {
  await gateway.stop();
  rmSync(dir, { recursive: true });
});

const harbinger = (...args: string[]) => runInside([...args, '--data', dir]);

it('letters that fail again and unknown ids are reported, and the command ends with exit code 1', async () => {
  const client = await connectAsync(gateway.mqttUrl);
  for (const payload of ['{bad', 'worse']) await client.publishAsync('telemetry/lab/x', payload, { qos: 1 });
  await client.endAsync();

  expect(await harbinger('deadletters', 'redrive', '--all')).toEqual({
    status: 1,
    stdout: '2 redriven\n2 failed again and are new letters: harbinger deadletters list says why\n',
    stderr: '',
  });
  expect(await harbinger('deadletters', 'redrive', '3', '998', '999')).toEqual({
    status: 1,
    stdout: expect.stringMatching(/^1 redriven\n1 failed again .*\nthere is no dead letter 998, 999\n$/),
    stderr: '',
  });
  const asJson = await harbinger('deadletters', 'redrive', '999', '--json');
  expect([asJson.status, JSON.parse(asJson.stdout)]).toEqual([
    1,
    { redriven: 0, failedAgain: 0, unknown: [999] },
  ]);
  expect(await harbinger('deadletters', 'drop', '4', '999')).toEqual({
    status: 1,
    stdout: '1 dropped\n',
    stderr: '1 of the ids belong to none of the letters\n',
  });
  expect(await harbinger('deadletters', 'drop', '--all')).toEqual({
    status: 0,
    stdout: '1 dropped\n',
    stderr: '',
  });
  expect(await harbinger('deadletters', 'redrive', '--all')).toEqual({
    status: 0,
    stdout: '0 redriven\n',
    stderr: '',
  });
}, 300_000);

it('unknown ids of refused batches are reported, and the command ends with exit code 1', async () => {
  expect(await harbinger('refused', 'redrive', '7')).toMatchObject({
    status: 1,
    stderr: '1 of the ids are not in the list\n',
  });
  expect(await harbinger('refused', 'drop', '7', '8')).toMatchObject({
    status: 1,
    stderr: '2 of the ids belong to none of the batches\n',
  });
  expect((await harbinger('refused', 'drop', '--all')).status).toBe(0);
}, 300_000);
