/** A model that was fetched runs once, in a worker of its own, before it may: real workers, and ones that misbehave. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ProbeOptions, probeModel } from '../../gateway/watch/model/probe.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { copyArtefact, replaceFile, type TempDir, tempDir } from './artefacts.ts';

const type = loadMachineTypes().get('pump')!;
let temp: TempDir;
beforeAll(() => {
  const entry = compiledEntry('gateway/watch/model/model-worker');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build first`);
});
beforeEach(() => {
  temp = tempDir();
});
afterEach(() => temp.remove());

function probe(
  change: (folder: string) => void = () => undefined,
  options: Partial<ProbeOptions> = {},
): Promise<void> {
  const folder = copyArtefact(temp.path);
  change(folder);
  const model = { type, folder, digest: readContents(folder).digest };
  const usual = {
    backend: 'wasm',
    budgetMs: 30_000,
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
  } as const;
  return probeModel(model, { ...usual, ...options });
}

/** A worker that is ready, and answers each request as the code says. */
function misbehaving(onRequest: string): URL {
  const code = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (request) => { ${onRequest} });
    parentPort.postMessage({ kind: 'ready', backend: { name: 'cpu', unavailable: [] }, models: [], refusals: [] });
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

const answering = (lives: string) =>
  misbehaving(
    `parentPort.postMessage({ kind: 'scored', id: request.id, lives: Float32Array.of(${lives}), familiarity: Float32Array.of(1), explanations: [] })`,
  );

it('a sound model passes', async () => {
  await probe();
});

it('weights that are not numbers, a file that was changed since it was checked, and a network of another shape are refused', async () => {
  const nan = (folder: string) => {
    const bytes = readFileSync(join(folder, 'weights.bin'));
    bytes.writeFloatLE(Number.NaN, 40);
    replaceFile(folder, 'weights.bin', bytes);
  };
  await expect(probe(nan)).rejects.toMatchObject({ code: 'MODEL_REFUSED_WEIGHTS' });
  const short = (folder: string) =>
    replaceFile(folder, 'weights.bin', readFileSync(join(folder, 'weights.bin')).subarray(4));
  await expect(probe(short)).rejects.toMatchObject({ code: 'MODEL_REFUSED_SHAPE' });
});

it.each([
  ['answers with NaN is refused', answering('1, NaN, 3'), 'MODEL_REFUSED_OUTPUT', false, /not a number/],
  ['crashes is tried later', misbehaving('process.exit(1)'), 'MODEL_CRASHED', true, /does not answer/],
])('one that %s', async (_, entry, code, retry, why) => {
  const message = expect.stringMatching(why);
  await expect(probe(undefined, { entry })).rejects.toMatchObject({ code, retry, message });
});

it('one that answers too slowly does not pass, and neither does one that never does: the box may be busy', async () => {
  const clock = manualClock();
  const slow = { ...clock, monotonicMs: () => (passedMs += 40) };
  let passedMs = 0;
  await expect(
    probe(undefined, { entry: answering('1, 2, 3'), budgetMs: 30, clock: slow }),
  ).rejects.toMatchObject({
    code: 'MODEL_SLOW',
    retry: true,
    message: expect.stringMatching(/more than 30 ms/),
  });
  const hung = probe(undefined, { entry: misbehaving(''), budgetMs: 10, clock: systemClock });
  await expect(hung).rejects.toMatchObject({
    code: 'MODEL_CRASHED',
    retry: true,
    message: expect.stringMatching(/does not answer/),
  });
});
