import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelClient, type ModelClientOptions } from '../../gateway/watch/model/model-client.ts';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { artefactsDir, copyArtefact, replaceFile, type TempDir, tempDir } from './artefacts.ts';

const types = loadMachineTypes();
const pump = types.get('pump')!;
const width = pump.windowRows * pump.sensors.length;
const { values } = simulatePumpRuns({ machines: 1, seed: 5 }).runs[0]!;
const newWindow = () => values.slice(0, width);
const wornWindow = () => values.slice(-width);
const request = (windows: Float32Array, explainBelow = 0) => ({
  machineType: 'pump',
  windows,
  count: windows.length / width,
  explainBelow,
});

let temp: TempDir;
let client: ModelClient;
beforeAll(() => {
  const entry = compiledEntry('gateway/watch/model/model-worker');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npx tsc -p tsconfig.json first`);
});
beforeEach(() => {
  temp = tempDir();
});
afterEach(async () => {
  await client.stop();
  temp.remove();
});

async function start(options: Partial<ModelClientOptions> = {}): Promise<ModelClient> {
  client = new ModelClient({
    sources: [{ type: pump, folder: join(artefactsDir, 'pump-rul'), isUnchecked: true }],
    backend: 'wasm',
    requestMsMax: 30_000,
    restart: { firstMs: 1, maxMs: 1 },
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    ...options,
  });
  await client.start();
  return client;
}

/** A worker that reports that it is ready, and then handles each request with the given code. */
function misbehaving(onRequest: string): URL {
  const code = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (request) => { ${onRequest} });
    parentPort.postMessage({ kind: 'ready', backend: { name: 'cpu', unavailable: [] }, models: [], refusals: [] });
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe('the model worker', () => {
  it('is not started where no machine type has a model', async () => {
    await start({ sources: [], entry: new URL('data:text/javascript,throw new Error("started")') });
    expect(client.status()).toMatchObject({ state: 'ready', models: [], restarts: 0, lastError: null });
  });

  it('scores windows in order, and distinguishes a new machine from a worn one', async () => {
    await start();
    const windows = new Float32Array(2 * width);
    windows.set(newWindow());
    windows.set(wornWindow(), width);
    const { lives } = await client.score(request(windows));
    expect(lives).toHaveLength(6);
    for (const at of [0, 3]) {
      expect(lives[at]!).toBeLessThanOrEqual(lives[at + 1]!);
      expect(lives[at + 1]!).toBeLessThanOrEqual(lives[at + 2]!);
    }
    expect(lives[1]).toBeGreaterThan(90);
    expect(lives[4]).toBeLessThan(40);
    expect(client.status()).toMatchObject({
      state: 'ready',
      backend: { name: 'wasm' },
      refusals: [],
      failures: 0,
    });
  });

  it('uses the best backend that loads, and says why it uses no better one', async () => {
    await start({ backend: 'auto' });
    const { backend } = client.status();
    const nativeMissing = backend!.unavailable.some((reason) => reason.startsWith('tensorflow:'));
    expect(backend!.name).toBe(nativeMissing ? 'wasm' : 'tensorflow');
  });

  it('returns the same answers in plain JavaScript', async () => {
    await start();
    const { lives } = await client.score(request(wornWindow()));
    await client.stop();
    await start({ backend: 'cpu' });
    expect(client.status().backend!.name).toBe('cpu');
    const again = await client.score(request(wornWindow()));
    expect(again.lives).toHaveLength(lives.length);
    again.lives.forEach((life, i) => {
      expect(life).toBeCloseTo(lives[i]!, 2);
    });
  });

  it('accepts a missing value', async () => {
    await start();
    const window = newWindow().fill(Number.NaN, 0, 40);
    expect((await client.score(request(window))).lives.every(Number.isFinite)).toBe(true);
  });

  it('refuses a poisoned artefact with the reason, and serves the others', async () => {
    const folder = copyArtefact(temp.path);
    const bytes = readFileSync(join(folder, 'weights.bin'));
    bytes.writeFloatLE(Number.NaN, 0);
    replaceFile(folder, 'weights.bin', bytes);
    const turbofan = types.get('turbofan')!;
    await start({
      sources: [
        { type: pump, folder, isUnchecked: true },
        { type: turbofan, folder: join(artefactsDir, 'rul-turbofan', 'FD001'), isUnchecked: true },
      ],
    });
    expect(client.status().refusals).toMatchObject([{ machineType: 'pump', code: 'MODEL_REFUSED_WEIGHTS' }]);
    expect(client.modelOf('pump')).toBeNull();
    expect(client.modelOf('turbofan')?.name).toBe('rul-turbofan-FD001');
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({ code: 'MODEL_FAILED' });
  });

  it('refuses what nobody has looked at, and what is another than was looked at', async () => {
    const turbofan = types.get('turbofan')!;
    const folderOf = (name: string) => join(artefactsDir, name);
    await start({
      sources: [
        { type: pump, folder: folderOf('pump-rul') },
        { type: turbofan, folder: folderOf('rul-turbofan/FD001'), digest: '0'.repeat(64) },
      ],
    });
    expect(client.status().refusals.map(({ code }) => code)).toEqual([
      'MODEL_REFUSED_UNSIGNED',
      'MODEL_REFUSED_HASH',
    ]);
  });

  it('refuses a network that overflows, although every weight is a number', async () => {
    const folder = copyArtefact(temp.path);
    const bytes = readFileSync(join(folder, 'weights.bin'));
    for (let at = 0; at < bytes.length; at += 4) bytes.writeFloatLE(3e38, at);
    replaceFile(folder, 'weights.bin', bytes);
    await start({ sources: [{ type: pump, folder, isUnchecked: true }] });
    expect(client.status().refusals).toMatchObject([{ code: 'MODEL_REFUSED_OUTPUT' }]);
  });
});

describe('the model client', () => {
  it('replaces a worker that hangs, and scores again', async () => {
    await start({ requestMsMax: 50, entry: misbehaving('for (;;) {}') });
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({
      code: 'MODEL_TIMEOUT',
      retry: true,
    });
    await vi.waitFor(() => expect(client.status()).toMatchObject({ state: 'ready', restarts: 1 }), 20_000);
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' });
  });

  it('replaces a worker that crashes, and answers immediately meanwhile', async () => {
    await start({ entry: misbehaving('process.exit(3)'), restart: { firstMs: 60_000, maxMs: 60_000 } });
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({ code: 'MODEL_CRASHED' });
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(client.status()).toMatchObject({ state: 'waiting', restarts: 1, inFlight: 0 });
  });

  it('keeps trying when its worker cannot even start', async () => {
    await start({ entry: new URL('file:///nowhere/worker.js') });
    await vi.waitFor(() => expect(client.status().restarts).toBeGreaterThan(2), 20_000);
    expect(client.available).toBe(false);
    expect(client.status().lastError).toMatch(/nowhere/);
  });

  it('bounds the requests in progress, and releases a caller that gives up', async () => {
    await start({ entry: misbehaving('') });
    const abort = new AbortController();
    const asked = Array.from({ length: 4 }, () => client.score(request(newWindow()), abort.signal));
    await expect(client.score(request(newWindow()))).rejects.toMatchObject({ code: 'MODEL_BUSY' });
    abort.abort();
    for (const score of asked) await expect(score).rejects.toMatchObject({ code: 'MODEL_ABANDONED' });
    expect(client.status().inFlight).toBe(4);
  });

  it('stops while requests are in progress', async () => {
    await start({ entry: misbehaving('') });
    const asked = expect(client.score(request(newWindow()))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    });
    await client.stop();
    await asked;
    expect(client.status().state).toBe('stopped');
  });
});
