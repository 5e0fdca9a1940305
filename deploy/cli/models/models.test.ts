import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageRoot } from '../../../shared/files/paths.ts';
import { createKey, ownKey, trustedOwnKeys } from '../../keys/model-keys.ts';
import { runInside } from '../run-command.testing.ts';
import { describedFolder, signerText } from './described.ts';
import { differencesOf } from './diff.ts';

let folder = '';
let model = '';
let keys = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-sign-'));
  model = join(folder, 'pump');
  keys = join(folder, 'keys');
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), model, { recursive: true });
  edit((text) => text.replace('"version": "2.0.0"', '"version": "2.1.0"').replace('"mm/s"', '"m/s"'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function edit(change: (text: string) => string): void {
  const path = join(model, 'manifest.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

it('a private key is readable by its owner alone, and never replaced', () => {
  const { file, publicKey } = createKey('site', keys);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(trustedOwnKeys(keys)).toEqual([{ name: 'site', publicKey }]);
  expect(() => createKey('site', keys)).toThrow(/exists already/);
  expect(() => createKey('../site', keys)).toThrow(/not a name/);
});

it('the only key signs by itself; of several one must be named', () => {
  expect(ownKey(undefined, keys)).toBeNull();
  createKey('one', keys);
  expect(ownKey(undefined, keys)?.name).toBe('one');
  createKey('two', keys);
  expect(() => ownKey(undefined, keys)).toThrow(/several keys .*one, two.*--key/);
  expect(ownKey('two', keys)?.name).toBe('two');
  expect(() => ownKey('three', keys)).toThrow(/cannot be read.*there are: one, two/);
});

it('sign, verify and show say the same, and a gateway that does not know the key is told which it is', async () => {
  const { file, publicKey } = createKey('site', keys);
  const signed = await runInside(['models', 'sign', model, '--key', file]);
  expect(signed).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^pump-rul@2\.1\.0 in .* signed with site/),
  });
  const verified = await runInside(['models', 'verify', model]);
  expect(verified).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('is whole; signed with site'),
  });
  expect((await runInside(['models', 'show', model])).stdout).toMatch(/Signed by: +site, key [0-9a-f]{64}\n/);
  const config = join(folder, 'gateway.toml');
  writeFileSync(config, '');
  const foreign = await runInside(['models', 'verify', model, '--config', config]);
  expect(foreign.stderr).toMatch(/MODEL_REFUSED_KEY/);
  expect(foreign.stderr).toContain(publicKey);
  writeFileSync(config, `[[models.keys]]\nname = "ours"\npublicKey = "${publicKey}"\n`);
  expect((await runInside(['models', 'verify', model, '--config', config])).stdout).toContain(
    'signed with ours',
  );
  writeFileSync(join(model, 'MODEL-CARD.md'), 'another');
  expect((await runInside(['models', 'verify', model])).stderr).toMatch(
    /changed after it was signed.*MODEL_REFUSED_SIGNATURE/,
  );
});

it('a gateway is warned of models that will not run, and of keys that are none', async () => {
  const config = join(folder, 'gateway.toml');
  const own = `[intelligence]\nartefactsDir = "${folder}"\n`;
  writeFileSync(config, own);
  const warned = await runInside(['config', 'check', 'gateway', config]);
  expect(warned).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/warning: .*nobody has signed it; sign it with/),
  });
  writeFileSync(config, `${own}[[models.keys]]\nname = "a"\npublicKey = "nonsense"\n`);
  expect(await runInside(['config', 'check', 'gateway', config])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/models\.keys\[0\]\.publicKey: it is not a public key.*MODEL_KEY/s),
  });
});

it('two versions are compared by what matters, and only where they differ', () => {
  const before = describedFolder(join(packageRoot, 'models', 'artefacts', 'pump-rul'));
  const after = describedFolder(model);
  expect(signerText(after)).toBe('nobody');
  const differences = differencesOf(before, after);
  expect(differences).toContainEqual({ what: 'version', before: '2.0.0', after: '2.1.0' });
  expect(differences.filter(({ what }) => what.startsWith('input'))).toEqual([
    { what: 'input vibration_x', before: 'mm/s, the 1. input', after: 'm/s, the 1. input' },
  ]);
  expect(differences.some(({ what }) => what === 'window')).toBe(false);
});
