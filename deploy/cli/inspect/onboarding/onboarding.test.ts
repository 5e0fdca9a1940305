/** Tests the commands about machines that no rule names, against a real gateway. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProductProcess } from '../../../../test/support/processes.ts';
import { runInside } from '../../run-command.testing.ts';

let dir = '';
let types = '';
let gateway: ProductProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-waiting-'));
  types = join(dir, 'types');
  mkdirSync(types);
  const configFile = join(dir, 'gateway.toml');
  const url = 'url = "mqtt://127.0.0.1:1"';
  writeFileSync(
    configFile,
    `machineTypesDir = "${types}"\n[broker]\nanonymous = "loopback"\n[uplink]\n${url}\n`,
  );
  gateway = new ProductProcess({ command: 'gateway', dataDir: join(dir, 'gateway'), configFile });
  await gateway.start();
}, 300_000);
afterAll(async () => {
  await gateway.stop();
  rmSync(dir, { recursive: true });
});

const harbinger = (...args: string[]) => runInside([...args, '--data', dir]);

it('a machine that waits is shown, a type is drafted for it, and it is taken in without a restart', async () => {
  const client = await connectAsync(gateway.mqttUrl);
  const publish = (machine: string, value: object) =>
    client.publishAsync(`telemetry/hall3/${machine}`, JSON.stringify(value), { qos: 1 });
  await publish('saw-1', { winding_temperature: 40, motor_current: 3 });
  await publish('saw-1', { winding_temperature: 41, motor_current: 4 });
  await publish('phone', { steps: 3 });

  const listed = await harbinger('machines', 'waiting', '--json');
  const { machines } = JSON.parse(listed.stdout);
  expect(machines.map(({ machine, held }: { machine: string; held: number }) => [machine, held])).toEqual(
    expect.arrayContaining([
      ['saw-1', 2],
      ['phone', 1],
    ]),
  );
  const one = await harbinger('machines', 'waiting', 'hall3/saw-1');
  expect(one.stdout).toMatch(/winding_temperature +number +40 +41 +41/);

  const file = join(types, 'saw.toml');
  const proposed = await harbinger('machines', 'propose', 'hall3/saw-1', '--to', file);
  expect(proposed.stderr).toMatch(/ready type motor knows winding_temperature, motor_current/);
  expect(readFileSync(file, 'utf8')).toContain('name = "saw"');
  const twice = await harbinger('machines', 'propose', 'hall3/saw-1', '--to', file);
  expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining('cannot be written')]);

  const accepted = await harbinger('machines', 'accept', 'hall3/saw-1', '--type', 'saw', '--by', 'maria');
  expect(accepted.stdout).toBe('hall3/saw-1 is of type saw from now on; 2 held messages became readings\n');
  await publish('saw-1', { winding_temperature: 42, motor_current: 4 });
  const known = JSON.parse((await harbinger('machines', 'list', '--at-gateway', '--json')).stdout);
  expect(known.machines).toMatchObject([{ machine: 'saw-1', machineType: 'saw' }]);

  await harbinger('machines', 'ignore', 'hall3/phone', '--note', 'a toy');
  const declared = await harbinger('machines', 'declared');
  expect(declared.stdout).toMatch(/hall3\/saw-1 +saw .* maria/);
  expect(declared.stdout).toMatch(/hall3\/phone +\(ignored\).*a toy/);
  expect(JSON.parse((await harbinger('machines', 'waiting', '--json')).stdout).machines).toEqual([]);

  const undone = await harbinger('machines', 'undo', 'hall3/saw-1');
  expect(undone.stdout).toBe('hall3/saw-1: taken back\n');
  await publish('saw-1', { winding_temperature: 43 });
  expect((await harbinger('machines', 'waiting')).stdout).toMatch(/hall3\/saw-1 .* 1 +1 /);
  await client.endAsync();
});

it('unknown types and machines that do not wait are refused with what to do', async () => {
  const none = await harbinger('machines', 'accept', 'hall3/saw-9', '--type', 'unheard');
  expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('machineTypesDir')]);
  const absent = await harbinger('machines', 'propose', 'hall3/nobody');
  expect([absent.status, absent.stderr]).toEqual([2, expect.stringContaining('machines waiting')]);
});
