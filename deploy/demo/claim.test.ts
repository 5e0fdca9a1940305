/**
 * Tests real starts of the demonstration: where it cannot run, beside another one, and after one that was
 * killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compiledEntry } from '../../shared/files/paths.ts';
import { freePort } from '../../test/support/ports.ts';

interface Started {
  child: ChildProcess;
  output: string;
  exited: Promise<[number | null]>;
}

let folder = '';
const started: Started[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-claim-'));
});
afterEach(async () => {
  for (const { child, exited } of started.splice(0)) {
    child.kill('SIGINT');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function start(data: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [compiledEntry('deploy/demo/main'), '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const demonstration: Started = {
    child,
    output: '',
    exited: once(child, 'close') as Promise<[number | null]>,
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      demonstration.output += bytes.toString();
    });
  }
  started.push(demonstration);
  return demonstration;
}

/** Returns the one sentence with which the demonstration ends. */
async function refusal(data: string, ...args: string[]): Promise<string> {
  const demonstration = start(data, ...args);
  const [code] = await demonstration.exited;
  expect([1, 2]).toContain(code);
  expect(demonstration.output).toMatch(/^harbinger: [^\n]+\n$/);
  return demonstration.output;
}

const ports = async () => ['--mqtt-port', String(await freePort()), '--http-port', String(await freePort())];
const running = (demonstration: Started): Promise<void> =>
  vi.waitFor(() => expect(demonstration.output).toContain('Harbinger is running'), { timeout: 60_000 });
const contents = (names: readonly string[]) => names.map((name) => readFileSync(join(folder, name), 'utf8'));

it('refuses a second demonstration on the same folder before it touches anything; a start after a kill waits and continues', async () => {
  const first = start(folder, ...(await ports()));
  await running(first);
  const written = ['gateway.toml', 'cloud.toml', 'processes', 'started', 'link-password'];
  const before = contents(written);
  for (const name of [`${folder}-2`, `${folder}-3`]) mkdirSync(name);
  writeFileSync(join(`${folder}-2`, 'somebody-elses'), '');
  for (const args of [await ports(), [...(await ports()), '--fresh']]) {
    const sentence = await refusal(folder, ...args);
    expect(sentence).toContain(
      `already runs on ${folder} (process ${first.child.pid}, page http://127.0.0.1:`,
    );
    expect(sentence).toContain(`npm start -- ${args.slice(0, 4).join(' ')} --data '${folder}-3'`);
  }
  expect(contents(written)).toEqual(before);
  expect(readdirSync(`${folder}-3`)).toEqual([]);
  for (const name of [`${folder}-2`, `${folder}-3`]) rmSync(name, { recursive: true });

  first.child.kill('SIGKILL');
  await first.exited.catch(() => {});
  const second = start(folder, '--fresh', ...(await ports()));
  await running(second);
  expect(second.output).not.toContain('was started again');
  expect(contents(['started'])).not.toEqual(before.slice(3, 4));
}, 180_000);

it.each<[string, () => string, RegExp]>([
  [
    'a folder in which the system makes no folders',
    () => '/proc/harbinger',
    /\/proc\/harbinger cannot be used/,
  ],
  ['a file', () => join(folder, 'file'), /there is a file in its place/],
  ['a folder in a file', () => join(folder, 'file', 'data'), /a part of its path is a file/],
  ['a path that is too long', () => join(folder, 'x'.repeat(300)), /its path is too long/],
  ['a folder with other files', () => folder, /holds files that are not this demonstration's \(file\)/],
])('%s is not a data folder, and a sentence says so', async (_, data, why) => {
  writeFileSync(join(folder, 'file'), '');
  for (const fresh of [[], ['--fresh']]) expect(await refusal(data(), ...fresh)).toMatch(why);
  expect(readdirSync(folder)).toEqual(['file']);
});

it('says which part does not come up, and why, where nothing else keeps the process waiting', async () => {
  for (const name of ['harbinger-demo', 'cloud', 'gateway']) writeFileSync(join(folder, name), '');
  const demonstration = start(folder, ...(await ports()));
  expect((await demonstration.exited)[0]).toBe(1);
  expect(demonstration.output).toMatch(
    /harbinger: the cloud does not come up: the data folder .*cloud cannot be used: .*\[DEMO_PART_DOWN\]\n$/,
  );
}, 120_000);

it('names every port in use, and a command that would work, with the other options that were given', async () => {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  const [mqtt, http] = await Promise.all(
    servers.map(async (server) => {
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  writeFileSync(join(folder, 'harbinger-demo'), '');
  writeFileSync(join(folder, 'started'), '1');
  const taken = ['--mqtt-port', String(mqtt), '--http-port', String(http)];
  const sentence = await refusal(folder, ...taken);
  const fresh = await refusal(folder, ...taken, '--fresh');
  for (const server of servers) server.close();
  expect(sentence).toContain(`port ${mqtt} (MQTT for sensors, --mqtt-port) is taken`);
  expect(sentence).toContain(`port ${http} (page and API, --http-port) is taken`);
  const command =
    /npm start -- --mqtt-port (\d+) --http-port (\d+)( --fresh)? --data '(.*)' \[PORT_BUSY\]\n$/;
  expect(command.exec(sentence)?.slice(3)).toEqual([undefined, folder]);
  expect(command.exec(fresh)?.slice(3)).toEqual([' --fresh', folder]);
  // Data is not deleted by a start that then does not happen.
  expect(readdirSync(folder)).toEqual(['harbinger-demo', 'started']);
  const same = await refusal(folder, '--mqtt-port', '20001', '--http-port', '20001');
  expect(same).toContain('port 20001 (page and API, --http-port) is the same as --mqtt-port');
});
