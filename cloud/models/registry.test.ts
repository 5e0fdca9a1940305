import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageRoot } from '../../shared/files/paths.ts';
import { bundleOf, openBundle } from '../../shared/model/trust/bundle.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { newKeyPair } from '../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../shared/model/trust/signature.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { Registry } from './registry.ts';

const key = { name: 'site', privateKey: createPrivateKey(newKeyPair().privatePem) };
const config = { modelBytesMax: 1 << 20, modelsMax: 3, bytesMax: 150_000 };
let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-registry-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** The bundle of the pump's model under a version. */
function bundle(version: string, { card = 'a card', by = key } = {}): Buffer {
  const folder = mkdtempSync(join(dataDir, 'made-'));
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), folder, { recursive: true });
  const path = join(folder, 'manifest.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"version": "2.0.0"', `"version": "${version}"`));
  writeFileSync(join(folder, 'MODEL-CARD.md'), card);
  writeSignature(folder, signContents(readContents(folder), by));
  return bundleOf(folder);
}

function opened(over: Partial<typeof config> = {}): Registry {
  const registry = new Registry({ dataDir, config: { ...config, ...over }, log: silentLog });
  registry.load();
  return registry;
}

it('keeps what was pushed, over restarts, the newest version first', async () => {
  const registry = opened({ bytesMax: 1 << 30 });
  for (const version of ['2.9.0', '2.10.0']) await registry.push(bundle(version));
  const list = opened().list();
  expect(list).toEqual(registry.list());
  expect(list.map(({ version, key: by }) => [version, by])).toEqual([
    ['2.10.0', 'site'],
    ['2.9.0', 'site'],
  ]);
  expect(await opened().details(list[0]!)).toMatchObject({
    card: 'a card',
    manifest: { machineType: 'pump' },
    signature: { key: 'site' },
  });
});

it('a version never becomes another; the same again changes nothing, and a new signature is taken', async () => {
  const registry = opened();
  const first = bundle('3.0.0');
  expect(await registry.push(first)).toMatchObject({ isNew: true });
  expect(await registry.push(first)).toMatchObject({ isNew: false });
  await expect(registry.push(bundle('3.0.0', { card: 'another' }))).rejects.toMatchObject({
    code: 'REGISTRY_EXISTS',
  });
  const other = { name: 'other', privateKey: createPrivateKey(newKeyPair().privatePem) };
  expect(await registry.push(bundle('3.0.0', { by: other }))).toMatchObject({ isNew: true, key: 'other' });
  expect(opened().list()).toMatchObject([{ key: 'other' }]);
});

it('is bounded in versions and bytes, for one and for all, and has room again when one was removed', async () => {
  const size = bundle('1.0.0').length;
  await expect(opened({ modelBytesMax: size - 1 }).push(bundle('1.0.0'))).rejects.toMatchObject({
    code: 'REGISTRY_FULL',
  });
  const registry = opened({ bytesMax: 2 * size + 1_000 });
  for (const version of ['1.0.0', '1.0.1']) await registry.push(bundle(version));
  await expect(registry.push(bundle('1.0.2'))).rejects.toMatchObject({
    code: 'REGISTRY_FULL',
    message: expect.stringContaining('models.bytesMax'),
  });
  await expect(opened({ modelsMax: 2 }).push(bundle('1.0.2'))).rejects.toMatchObject({
    code: 'REGISTRY_FULL',
  });
  expect(await registry.remove({ name: 'pump-rul', version: '1.0.0' })).toBe(true);
  expect(await registry.remove({ name: 'pump-rul', version: '1.0.0' })).toBe(false);
  await registry.push(bundle('1.0.2'));
  expect(
    opened()
      .list()
      .map(({ version }) => version),
  ).toEqual(['1.0.2', '1.0.1']);
});

it('takes nothing unsigned, changed, cut or with other files, wherever a bit is turned', async () => {
  const registry = opened();
  const sound = bundle('4.0.0');
  const refused = (bytes: Buffer) =>
    expect(async () => await registry.push(bytes)).rejects.toMatchObject({
      code: expect.stringMatching(/^MODEL_REFUSED_/),
    });
  for (let i = 0; i < 60; i++) {
    const changed = Buffer.from(sound);
    changed[Math.floor((i / 60) * sound.length)]! ^= 1 << (i % 8);
    await refused(changed);
  }
  await refused(sound.subarray(0, sound.length - 1));
  await refused(Buffer.concat([sound, Buffer.from('x')]));
  await refused(Buffer.alloc(100));
  const end = sound.indexOf(0x0a);
  for (const name of ['../../evil', '/etc/passwd', 'weights.bin/..', 'manifest.json'])
    await refused(
      Buffer.concat([
        Buffer.from(sound.toString('utf8', 0, end).replace('MODEL-CARD.md', name)),
        sound.subarray(end),
      ]),
    );
  expect(readdirSync(join(dataDir, 'models'))).toEqual([]);
  expect(openBundle(sound, 'here').contents.manifest.version).toBe('4.0.0');
});

it('a file that was damaged on its disk is not handed out, and can be pushed again', async () => {
  const sound = bundle('5.0.0');
  const registry = opened();
  await registry.push(sound);
  const path = registry.pathOf({ name: 'pump-rul', version: '5.0.0' });
  const bytes = readFileSync(path);
  bytes[bytes.length - 5]! ^= 1;
  writeFileSync(path, bytes);
  await expect(registry.details({ name: 'pump-rul', version: '5.0.0' })).rejects.toMatchObject({
    code: 'REGISTRY_UNREADABLE',
  });
  const restarted = opened();
  expect(restarted.list()).toEqual([]);
  expect(await restarted.push(sound)).toMatchObject({ isNew: true });
});
