/** A model on its way from the registry of a cloud to a gateway: over the real listener and the real link, which are cut. */
import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startIngest } from '../../cloud/ingest.testing.ts';
import { RegistryChunks } from '../../cloud/models/chunks.ts';
import { Registry } from '../../cloud/models/registry.ts';
import { Installer } from '../../gateway/models/download/install.ts';
import { Library } from '../../gateway/models/library.ts';
import { MqttLink } from '../../gateway/uplink/link/mqtt-link.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { bundleOf } from '../../shared/model/trust/bundle.ts';
import { readContents } from '../../shared/model/trust/contents.ts';
import { newKeyPair, publicKeyOf } from '../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../shared/model/trust/signature.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';

const pair = newKeyPair();
const key = { name: 'ours', privateKey: createPrivateKey(pair.privatePem) };
const ref = { name: 'pump-rul', version: '3.0.0' };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-way-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Large enough for many pieces, by its model card. */
function bundle(): Buffer {
  const dir = join(folder, 'made');
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), dir, { recursive: true });
  const path = join(dir, 'manifest.json');
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace('"version": "2.0.0"', `"version": "${ref.version}"`),
  );
  writeFileSync(join(dir, 'MODEL-CARD.md'), 'x'.repeat(600_000));
  writeSignature(dir, signContents(readContents(dir), key));
  return bundleOf(dir);
}

it('arrives whole although the link is cut in the middle, and the cloud is a new one then', async () => {
  const config = { modelBytesMax: 1 << 24, modelsMax: 9, bytesMax: 1 << 30 };
  const registry = new Registry({ dataDir: folder, config, log: silentLog });
  registry.load();
  await registry.push(bundle());
  const models = new RegistryChunks(registry, silentLog);
  let ingest = await startIngest({ models });
  let link: MqttLink | null = null;
  let pieces = 0;
  const connect = async () => {
    const url = `mqtt://127.0.0.1:${ingest.port}`;
    const uplink = { url, password: 'a password of gateway north', connectMsMax: 20_000 };
    const model = (message: Buffer | null) => {
      if (message !== null && ++pieces === 5) void cut();
      installer.heard(message);
    };
    link = new MqttLink('north', uplink as never, systemClock, '', { model });
    await link.connect(new AbortController().signal);
  };
  const cut = async () => {
    await link?.close();
    await ingest.stop();
    ingest = await startIngest({ models });
    await connect();
  };
  const installer: Installer = new Installer({
    dir: join(folder, 'gateway'),
    settings: { downloadBytesMax: 1 << 24, downloadBytesPerS: 1 << 30, downloadsMax: 3 },
    types: loadMachineTypes(),
    check: (dir) => library.check(dir),
    probe: async () => undefined,
    ask: (message) => link?.askModel(message),
    clock: systemClock,
    log: silentLog,
  });
  const trust = {
    digests: new Set<string>(),
    keys: [{ name: 'site', publicKey: publicKeyOf(pair.publicText) }],
  };
  const library: Library = new Library({ types: loadMachineTypes(), trust, installer });
  library.load();
  try {
    await connect();
    const model = await library.want(ref);
    expect(model).toMatchObject({ ...ref, trustedBy: 'site' });
    expect(readContents(model.folder).digest).toBe(registry.list()[0]!.digest);
    expect(pieces).toBeGreaterThan(15);
    await expect(library.want({ name: 'pump-rul', version: '9.9.9' })).rejects.toMatchObject({
      code: 'MODEL_ABSENT',
    });
  } finally {
    installer.stop();
    await (link as MqttLink | null)?.close();
    await ingest.stop();
  }
});
