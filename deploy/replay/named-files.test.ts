import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInTypesDir } from '../../shared/domain/machine-types.ts';
import { TestBroker } from '../../test/load/test-broker.ts';
import type { ReplayOptions } from './options.ts';
import { readingsAt } from './received.testing.ts';
import { runReplay } from './replay.ts';

let broker: TestBroker;
let folder: string;

beforeEach(async () => {
  broker = new TestBroker();
  await broker.start();
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});
afterEach(async () => {
  await broker.crash();
  await rm(folder, { recursive: true, force: true });
});

async function replay(content: string, options: Partial<ReplayOptions>): Promise<void> {
  const file = join(folder, 'history.csv');
  await writeFile(file, content);
  const mqttUrl = `mqtt://127.0.0.1:${broker.port}`;
  const full: ReplayOptions = { type: 'generic', speed: 'max', mqttUrl, ...options, file };
  await runReplay(full, { note() {}, progress() {} }, new AbortController().signal);
}

const readings = () => readingsAt(broker);

describe('the files that options name', () => {
  const csv = 'time,temperature\n2026-01-01T00:00:00Z,21.5\n';

  it.each<[string, () => Partial<ReplayOptions>, RegExp]>([
    [
      'an authority that is missing',
      () => ({ caFile: join(folder, 'no.pem') }),
      /no\.pem cannot be read: there is no such file/,
    ],
    ['an authority that is a folder', () => ({ caFile: folder }), /cannot be read: it is a folder/],
    [
      'an authority that is something else',
      () => ({ caFile: join(folder, 'history.csv') }),
      /something other than a certificate in PEM format/,
    ],
  ])('%s is refused before anything is sent', async (_, options, problem) => {
    const mqttUrl = `mqtts://127.0.0.1:${broker.port}`;
    const refused = replay(csv, { mqttUrl, ...options() });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(problem) });
    expect(broker.received).toEqual([]);
  });

  it('an authority for a connection that is not encrypted is refused', async () => {
    await expect(replay(csv, { caFile: 'ca.pem' })).rejects.toThrow(/is for an encrypted connection/);
  });

  it('machine types of one’s own are used, and a missing folder is named', async () => {
    const machineTypesDir = join(folder, 'types');
    await expect(replay(csv, { machineTypesDir, type: 'boiler' })).rejects.toThrow(/types/);
    await mkdir(machineTypesDir);
    const generic = await readFile(join(builtInTypesDir, 'generic.toml'), 'utf8');
    await writeFile(join(machineTypesDir, 'boiler.toml'), generic.replace('"generic"', '"boiler"'));
    await replay(csv, { machineTypesDir, type: 'boiler' });
    expect([...readings().keys()]).toEqual(['telemetry/boiler/history']);
  });
});
