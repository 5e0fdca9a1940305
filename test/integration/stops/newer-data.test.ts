/**
 * Data folders whose formats are raised by hand, as a newer version would: each is refused by name, and no file of it is
 * changed.
 */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { crc32 } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { open } from 'lmdb';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';

let site: Site;
const dirOf = (role: 'gateway' | 'cloud') => join(site.folder, role);
const sound = (role: 'gateway' | 'cloud') => join(site.folder, `sound-${role}`);

beforeAll(async () => {
  site = await createSite();
  await site.cloud.start();
  await site.gateway.start();
  const options = { clientId: 'kept', clean: false, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(site.gateway.mqttUrl, options);
  await client.subscribeAsync('telemetry/none');
  await client.publishAsync('telemetry/load/m1', '{"seq":1,"cycles":1}', { qos: 1 });
  await client.publishAsync('telemetry/load/m1', 'no reading', { qos: 1 });
  await client.endAsync();
  await until(async () => (await statusOf(site.gateway)).deadLetters.count === 1, 'the dead letter');
  await drained(site);
  await site.gateway.stop();
  await site.cloud.stop();
  for (const role of ['gateway', 'cloud'] as const) cpSync(dirOf(role), sound(role), { recursive: true });
});
afterAll(() => site?.dispose());

/** Files that belong to a process, and not to the data. */
const ofProcess = /(^|\/)(lock|lock\.mdb|run\.json)(\/|$|\.)/;

function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
  const files = paths.filter((path) => statSync(path).isFile() && !ofProcess.test(relative(folder, path)));
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(files.sort().map((path) => [relative(folder, path), hash(path)]));
}

async function refused(
  role: 'gateway' | 'cloud',
  raise: (dir: string) => void | Promise<void>,
  code: string,
  { isUntouched = true } = {},
): Promise<void> {
  rmSync(dirOf(role), { recursive: true });
  cpSync(sound(role), dirOf(role), { recursive: true });
  await raise(dirOf(role));
  const before = filesOf(dirOf(role));
  await expect(site[role].start()).rejects.toThrow(code);
  expect((await site[role].exited()).code).toBe(code === 'DATA_VERSION' ? 2 : 1);
  const said = site[role].logs.slice(-40).map(({ text }) => text);
  expect(said.join('\n')).toMatch(/format [23]/);
  if (isUntouched) expect(filesOf(dirOf(role))).toEqual(before);
}

/** Raises the version in the header of the newest segment. */
function raiseSegment(folder: string): void {
  const name = readdirSync(folder)
    .filter((each) => each.endsWith('.seg'))
    .sort()
    .at(-1)!;
  const bytes = readFileSync(join(folder, name));
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 52)), 52);
  writeFileSync(join(folder, name), bytes);
}

function raiseNote(dir: string, kind: string): void {
  const path = join(dir, 'format.json');
  const note = JSON.parse(readFileSync(path, 'utf8')) as { formats: Record<string, number> };
  expect(note.formats[kind]).toBeGreaterThanOrEqual(1);
  note.formats[kind]!++;
  writeFileSync(path, JSON.stringify(note));
}

describe('a gateway of an older version', () => {
  it.each(['journal', 'records', 'alerts', 'baselines'])('refuses a folder with newer %s', (kind) =>
    refused('gateway', (dir) => raiseNote(dir, kind), 'DATA_VERSION'),
  );

  it('refuses a journal that was put there, by its meta.json', () =>
    refused(
      'gateway',
      (dir) => {
        const path = join(dir, 'journal', 'meta.json');
        const value = JSON.parse(readFileSync(path, 'utf8').slice(0, -10)) as object;
        const json = JSON.stringify({ ...value, version: 2 });
        writeFileSync(path, `${json}\n${crc32(json).toString(16).padStart(8, '0')}\n`);
      },
      'JOURNAL_VERSION',
    ));

  it.each(['journal/readings', 'deadletters', 'sessions'])('refuses newer segments in %s', (folder) =>
    refused('gateway', (dir) => raiseSegment(join(dir, folder)), 'JOURNAL_VERSION', {
      isUntouched: folder.startsWith('journal'),
    }),
  );

  it('refuses a newer alerts.json', () =>
    refused(
      'gateway',
      (dir) => writeFileSync(join(dir, 'alerts.json'), '{"format":"harbinger-alerts","version":2}'),
      'ALERT_STATE_VERSION',
    ));
});

describe('a cloud of an older version', () => {
  it.each(['operations', 'store', 'retention'])('refuses a folder with newer %s', (kind) =>
    refused('cloud', (dir) => raiseNote(dir, kind), 'DATA_VERSION'),
  );

  it('refuses newer operations', () =>
    refused(
      'cloud',
      async (dir) => {
        const root = open({ path: join(dir, 'operations'), encoding: 'json', maxDbs: 64 });
        await root.openDB({ name: 'format', encoding: 'json' }).put('tables', 3);
        await root.close();
      },
      'OPERATIONS_VERSION',
    ));

  it('refuses a newer store', () =>
    refused(
      'cloud',
      async (dir) => {
        const instance = await DuckDBInstance.create(join(dir, 'telemetry.duckdb'));
        const connection = await instance.connect();
        await connection.run('UPDATE harbinger.format SET version = 2');
        connection.closeSync();
        instance.closeSync();
      },
      'STORE_VERSION',
    ));
});
