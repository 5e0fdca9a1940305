import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { findArtefacts } from '../../shared/model/trust/find-artefacts.ts';
import { newKeyPair, publicKeyOf } from '../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../shared/model/trust/signature.ts';
import { modelSources } from '../watch/model/model-sources.ts';
import { Library } from './library.ts';

const shipped = join(packageRoot, 'models', 'artefacts');
const types = loadMachineTypes();
const pair = newKeyPair();
const signer = { name: 'ours', privateKey: createPrivateKey(pair.privatePem) };
const digests = new Set(findArtefacts(shipped).map((each) => readContents(each).digest));
const trust = { digests, keys: [{ name: 'site', publicKey: publicKeyOf(pair.publicText) }] };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-library-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the pump's model under another version, signed. */
function copy(name: string, version: string, isSigned = true): string {
  const into = join(folder, name);
  cpSync(join(shipped, 'pump-rul'), into, { recursive: true });
  const path = join(into, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...manifest, version }));
  if (isSigned) resign(into);
  return into;
}

function resign(into: string, key = signer): void {
  writeSignature(into, signContents(readContents(into), key));
}

function opened(artefactsDir?: string): Library {
  const library = new Library({ types, trust, ...(artefactsDir !== undefined && { artefactsDir }) });
  library.load();
  return library;
}

it('has what comes with the product, each for its machine type', async () => {
  const library = opened();
  expect(library.refused()).toEqual([]);
  expect(library.installed().map(({ name, machineType }) => [name, machineType])).toContainEqual([
    'rul-turbofan-FD002',
    'turbofan-fd002',
  ]);
  const pump = library.installed().find(({ name }) => name === 'pump-rul')!;
  expect(pump).toMatchObject({
    folder: join(shipped, 'pump-rul'),
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await library.want(pump)).toEqual(pump);
  await expect(library.want({ name: 'pump-rul', version: '9.0.0' })).rejects.toMatchObject({
    code: 'MODEL_ABSENT',
  });
});

it('has several versions of one name side by side; a machine type gets the folder that it names, or else the newest', async () => {
  const [old, newer, newest] = [copy('pump-rul', '3.0.0'), copy('a', '3.9.0'), copy('b', '3.10.0')];
  const library = opened(folder);
  for (const [version, at] of [
    ['3.0.0', old],
    ['3.9.0', newer],
    ['3.10.0', newest],
  ] as const)
    expect(await library.want({ name: 'pump-rul', version })).toMatchObject({ folder: at });
  const ofPump = () => modelSources(types, folder, opened(folder)).find(({ type }) => type.name === 'pump')!;
  expect(ofPump()).toMatchObject({ folder: old, digest: expect.any(String) });
  rmSync(old, { recursive: true });
  expect(ofPump()).toMatchObject({ folder: newest });
});

it('what the library has not found in order never runs by its place: copied in later, hidden by another, or a twin', () => {
  const of = (name: string, models: Library) =>
    modelSources(types, folder, models).find(({ type }) => type.name === name)!;
  const before = opened(folder);
  cpSync(join(shipped, 'rul-turbofan', 'FD001'), join(folder, 'rul-turbofan', 'FD001'), { recursive: true });
  expect(of('turbofan', before)).toMatchObject({ refused: { code: 'MODEL_REFUSED_MISSING' } });
  expect(of('turbofan', opened(folder))).toMatchObject({ digest: expect.any(String) });
  writeFileSync(join(folder, 'rul-turbofan', 'manifest.json'), 'junk');
  expect(of('turbofan', opened(folder))).toMatchObject({ refused: { code: 'MODEL_REFUSED_MISSING' } });
  for (const name of ['a-twin', 'twin'])
    cpSync(join(shipped, 'pump-rul'), join(folder, name), { recursive: true });
  const named = new Map([['pump', { ...types.get('pump')!, model: 'twin' }]]);
  const [twin] = modelSources(named, folder, opened(folder));
  expect(twin).toMatchObject({ folder: join(folder, 'a-twin'), digest: expect.any(String) });
  expect(modelSources(types, folder)[0]).toMatchObject({ isUnchecked: true });
});

it('what does not fit, is not whole, or is another under one version, has its reason and is not wanted', async () => {
  const [damaged, twin, foreign] = [
    copy('damaged', '3.0.0'),
    copy('twin', '4.0.0'),
    copy('foreign', '5.0.0'),
  ];
  copy('a-twin', '4.0.0');
  writeFileSync(join(twin, 'MODEL-CARD.md'), 'another');
  resign(twin);
  writeFileSync(join(damaged, 'weights.bin'), readFileSync(join(damaged, 'weights.bin')).fill(7, 0, 4));
  const path = join(foreign, 'manifest.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"machineType":"pump"', '"machineType":"loom"'));
  const library = opened(folder);
  const reasons = Object.fromEntries(library.refused().map((each) => [each.folder, each.code]));
  expect(reasons).toEqual({
    [damaged]: 'MODEL_REFUSED_HASH',
    [twin]: 'MODEL_REFUSED_TWICE',
    [foreign]: 'MODEL_REFUSED_MACHINE_TYPE',
  });
  await expect(library.want({ name: 'pump-rul', version: '5.0.0' })).rejects.toMatchObject({
    code: 'MODEL_REFUSED_MACHINE_TYPE',
  });
});

it('what nobody has signed, a stranger has, or was changed since, does not run', async () => {
  const [ours, unsigned, foreign, changed] = [
    copy('ours', '3.0.0'),
    copy('unsigned', '4.0.0', false),
    copy('foreign', '5.0.0'),
    copy('changed', '6.0.0'),
  ];
  const stranger = { name: 'ours', privateKey: createPrivateKey(newKeyPair().privatePem) };
  resign(foreign, stranger);
  writeFileSync(join(changed, 'MODEL-CARD.md'), 'better than it is');
  const library = opened(folder);
  expect(await library.want({ name: 'pump-rul', version: '3.0.0' })).toMatchObject({
    folder: ours,
    trustedBy: 'site',
  });
  expect(Object.fromEntries(library.refused().map((each) => [each.folder, each.code]))).toEqual({
    [unsigned]: 'MODEL_REFUSED_UNSIGNED',
    [foreign]: 'MODEL_REFUSED_KEY',
    [changed]: 'MODEL_REFUSED_SIGNATURE',
  });
  const problems = library
    .refused()
    .map(({ problem }) => problem)
    .join();
  expect(problems).toMatch(
    /sign it with `harbinger models sign`, and name the key under \[\[models.keys\]\]/,
  );
});

it('a copy of what comes with the product is trusted wherever it lies, and stops being so when it is changed', () => {
  const into = join(folder, 'pump-rul');
  cpSync(join(shipped, 'pump-rul'), into, { recursive: true });
  expect(opened(folder).installed()).toContainEqual(
    expect.objectContaining({ folder: into, trustedBy: 'this build' }),
  );
  writeFileSync(join(into, 'MODEL-CARD.md'), 'another');
  expect(opened(folder).refused()).toMatchObject([{ folder: into, code: 'MODEL_REFUSED_UNSIGNED' }]);
});
