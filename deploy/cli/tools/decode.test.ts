import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInside } from '../run-command.testing.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-decode-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}
const decode = (...args: string[]) => runInside(['decode', ...args]);

it('a mapping alone: what would be stored, with sensor and value, and why the rest is not', async () => {
  const payload =
    '{"Time":"2020-01-01T12:00:00Z","ENERGY":{"Power":120,"Total":1.5},"AM2301":{"Temperature":"hot"},"Odd":1}';
  const message = file('message', payload);
  const { status, stdout } = await decode('--mapping', 'tasmota', '--topic', 'tele/plug/SENSOR', message);
  expect(status).toBe(0);
  expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    'site/plug (generic), time of arrival',
    expect.stringMatching(/^power 120/),
    expect.stringMatching(/^energy_total 1.5/),
    'not stored:',
    'Time the mapping leaves it out, or uses it otherwise',
    'Odd the mapping does not name it',
    expect.stringMatching(/^site\/plug AM2301_temperature it is neither a number nor a text that is known/),
    'site/plug time = 2020-01-01T12:00:00.000Z it is too far from now (see timestamps): the time of arrival is taken',
    '',
  ]);
});

it('a route of a configuration, as JSON; the exit code says that nothing would be stored', async () => {
  const routes =
    '[[routes]]\ntopic = "a/{machine}"\nsite = "s"\nformat = "json"\n[[routes]]\ntopic = "b"\nsite = "lab"\nmachine = "m"\nmapping = "wmbusmeters"\n';
  const config = file('gateway.toml', `machines = [{ match = "*", type = "pump" }]\n${routes}`);
  const good = await decode(
    '--config',
    config,
    '--topic',
    'a/p1',
    '--json',
    file('good', '{"winding_temp":50,"x":1}'),
  );
  expect([good.status, JSON.parse(good.stdout)]).toEqual([
    0,
    {
      readings: [
        {
          machine: 's/p1',
          type: 'pump',
          time: null,
          values: [{ sensor: 'winding_temp', value: 50, unit: '°C' }],
        },
      ],
      changes: [],
      notStored: [{ machine: 's/p1', field: 'x', why: "declare it in the type 'pump', if it is to be" }],
    },
  ]);
  const wrong = await decode(
    '--config',
    config,
    '--route',
    '1',
    '--topic',
    'a/p1',
    file('wrong', '{"winding_temp":1e9}'),
  );
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toMatch(
    /^nothing would be stored\nnot stored:\n {2}p1 +sensor 'winding_temp' of s\/p1: .*\[CONTRACT_RANGE\]\n$/,
  );
  const named = await decode(
    '--config',
    config,
    '--route',
    'b',
    file('named', '{"name":"water","winding_temp":5}'),
  );
  expect(named.stdout).toMatch(/^lab\/water \(pump\), time of arrival\n {2}winding_temp +5 +°C\n/);
});

it('a file with a mapping, and what is wrong with it or with the call', async () => {
  const message = file('message', '21.5 C');
  const mapping = file('own.toml', 'fields = [{ path = ".", sensor = "t", unit = "°C" }]\n');
  expect((await decode('--mapping', mapping, '--topic', 'x', message)).stdout).toMatch(
    /^site\/machine .*\n {2}t +21.5/,
  );
  const wrong = file('wrong.toml', 'fields = [{ path = ".", snesor = "t" }]\n');
  expect((await decode('--mapping', wrong, '--topic', 'x', message)).stderr).toMatch(/wrong.toml.*snesor/s);
  expect((await decode('--mapping', 'tasmot', '--topic', 'x', message)).stderr).toMatch(
    /did you mean 'tasmota'/,
  );
  expect((await decode('--mapping', 'tasmota', message)).stderr).toMatch(/give --topic/);
  expect((await decode('--topic', 'x', message)).stderr).toMatch(/--config .*or --mapping/);
  const config = file('gateway.toml', 'gateway = "g"\n');
  expect((await decode('--config', config, '--route', '9', message)).stderr).toMatch(
    /there is no route '9'; there are 1: /,
  );
});
