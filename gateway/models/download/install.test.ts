import { createPrivateKey } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ChunkAsk,
  encodePiece,
  encodeProblem,
  parseAsk,
} from '../../../shared/contract/models/chunks.ts';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { packageRoot } from '../../../shared/files/paths.ts';
import { bundleOf } from '../../../shared/model/trust/bundle.ts';
import { contentFile, readContents } from '../../../shared/model/trust/contents.ts';
import { newKeyPair, publicKeyOf } from '../../../shared/model/trust/keys.ts';
import { signContents, writeSignature } from '../../../shared/model/trust/signature.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import type { ProbedModel } from '../../ports/models/models.ts';
import { Library } from '../library.ts';
import { Installer } from './install.ts';

const types = loadMachineTypes();
const pair = newKeyPair();
const key = { name: 'ours', privateKey: createPrivateKey(pair.privatePem) };
const trust = {
  digests: new Set<string>(),
  keys: [{ name: 'site', publicKey: publicKeyOf(pair.publicText) }],
};
const ref = { name: 'pump-rul', version: '3.0.0' };
const sha = (bytes: Buffer) => contentFile('weights.bin', bytes).sha256;

let folder = '';
let clock: ManualClock;
let probed: ProbedModel[] = [];
/** The bundle that the cloud has; null: none. */
let offered: Buffer | null = null;
/** How the link treats each answer: the answers that arrive. */
let link: (answer: Buffer) => Buffer[] = (answer) => [answer];
let asks: ChunkAsk[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-install-'));
  clock = manualClock();
  probed = [];
  asks = [];
  offered = null;
  link = (answer) => [answer];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The bundle of the pump's model, after a change of its files. */
function bundle(change: (dir: string) => void = () => undefined, version = ref.version): Buffer {
  const dir = mkdtempSync(join(folder, 'made-'));
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), dir, { recursive: true });
  edit(dir, (text) => text.replace('"version": "2.0.0"', `"version": "${version}"`));
  change(dir);
  writeSignature(dir, signContents(readContents(dir), key));
  return bundleOf(dir);
}

function edit(dir: string, change: (text: string) => string): void {
  const path = join(dir, 'manifest.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function opened(probe: (model: ProbedModel) => Promise<void> = async () => undefined) {
  const check = (dir: string) => library.check(dir);
  const installer: Installer = new Installer({
    dir: join(folder, 'models'),
    settings: { downloadBytesMax: 1 << 20, downloadBytesPerS: 1 << 30, downloadsMax: 2 },
    types,
    check,
    probe: (model) => {
      probed.push(model);
      return probe(model);
    },
    ask(message) {
      const ask = parseAsk(message)!;
      asks.push(ask);
      for (const answer of link(answerTo(ask))) queueMicrotask(() => installer.heard(answer));
    },
    clock,
    log: silentLog,
  });
  const library: Library = new Library({ types, trust, installer });
  library.load();
  return { library, installer };
}

function answerTo({ id, name, model, offset, bytes }: ChunkAsk): Buffer {
  if (!offered) return encodeProblem({ id, name, model, problem: 'absent' });
  const piece = offered.subarray(offset, offset + bytes);
  return encodePiece({ id, name, model, offset, total: offered.length, sha256: sha(offered), bytes: piece });
}

/** Lets the time pass until a promise is settled. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let i = 0; i < 20_000 && !isOver; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10);
  }
  return promise;
}

const installedDir = () => join(folder, 'models', 'installed');

it('a model of the cloud is fetched, checked, run once, and then in place, also after a restart', async () => {
  offered = bundle();
  const { library } = opened();
  const model = await settled(library.want(ref));
  expect(model).toMatchObject({
    ...ref,
    machineType: 'pump',
    trustedBy: 'site',
    folder: join(installedDir(), 'pump-rul@3.0.0'),
  });
  expect(probed).toMatchObject([{ digest: model.digest, type: { name: 'pump' } }]);
  expect(readdirSync(join(folder, 'models', 'incoming'))).toEqual([]);
  offered = null;
  expect(opened().library.installed()).toContainEqual(model);
});

it('messages that are lost, doubled, late, damaged or of another download change nothing but the time', async () => {
  offered = bundle();
  const random = seededRandom(3);
  let late: Buffer[] = [];
  link = (answer) => {
    const before = late;
    late = random.next() < 0.3 ? [answer] : [];
    const damaged = Buffer.from(answer);
    damaged[Math.floor(random.next() * answer.length)]! ^= 4;
    const draw = random.next();
    if (draw < 0.2) return before;
    return draw < 0.4 ? [damaged, ...before] : [...before, answer, answer];
  };
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
});

it('a download goes on where it was after a stop, and begins again if the cloud has another bundle meanwhile', async () => {
  offered = bundle();
  link = (answer) => (asks.length > 1 ? [] : [answer]);
  const first = opened();
  await expect(settled(first.library.want(ref))).rejects.toMatchObject({
    code: 'MODEL_DOWNLOAD',
    retry: true,
  });
  link = (answer) => [answer];
  asks = [];
  await settled(opened().library.want(ref));
  expect(asks[0]!.offset).toBe(32 << 10);

  rmSync(installedDir(), { recursive: true });
  link = (answer) => (asks.length > 1 ? [] : [answer]);
  asks = [];
  await expect(settled(opened().library.want(ref))).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD' });
  offered = bundle((dir) => writeFileSync(join(dir, 'MODEL-CARD.md'), 'another card'));
  link = (answer) => [answer];
  expect(await settled(opened().library.want(ref))).toMatchObject({ digest: expect.any(String) });
  expect(readFileSync(join(installedDir(), 'pump-rul@3.0.0', 'MODEL-CARD.md'), 'utf8')).toBe('another card');
});

it('what a kill or a power cut has left in the file of a download is noticed, and fetched again', async () => {
  offered = bundle();
  const incoming = join(folder, 'models', 'incoming');
  mkdirSync(incoming, { recursive: true });
  const part = join(incoming, `pump-rul@3.0.0.${sha(offered)}.part`);
  writeFileSync(part, Buffer.alloc(1_000));
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
  rmSync(installedDir(), { recursive: true });
  writeFileSync(part, Buffer.concat([offered, Buffer.from('more')]));
  expect(await settled(opened().library.want(ref))).toMatchObject(ref);
  mkdirSync(join(folder, 'models', 'unpacked'));
  truncateSync(join(installedDir(), 'pump-rul@3.0.0', 'weights.bin'), 100);
  const damaged = opened().library;
  expect(damaged.refused()).toContainEqual(expect.objectContaining({ code: 'MODEL_REFUSED_TRUNCATED' }));
  expect(await settled(damaged.want(ref))).toMatchObject(ref);
});

const weights = (dir: string, bytes: Buffer) => {
  writeFileSync(join(dir, 'weights.bin'), bytes);
  edit(dir, (text) =>
    text.replace(
      /("weights.bin": \{[^}]*\})/,
      `"weights.bin": {"sha256": "${sha(bytes)}", "bytes": ${bytes.length}}`,
    ),
  );
};

it.each<[what: string, code: RegExp, make: () => Buffer]>([
  [
    'for another machine type',
    /MACHINE_TYPE/,
    () =>
      bundle((dir) => edit(dir, (text) => text.replace('"machineType": "pump"', '"machineType": "loom"'))),
  ],
  [
    'of another contract',
    /CONTRACT/,
    () =>
      bundle((dir) =>
        edit(dir, (text) =>
          text.replace(/"contractHash": "[0-9a-f]+"/, `"contractHash": "${'0'.repeat(16)}"`),
        ),
      ),
  ],
  ['of another version than was asked for', /MANIFEST/, () => bundle(undefined, '4.0.0')],
  ['huge', /SIZE/, () => bundle((dir) => weights(dir, Buffer.alloc(2 << 20)))],
  ['cut', /TRUNCATED|HASH/, () => bundle().subarray(0, 50_000)],
  [
    'with a path in a name',
    /MANIFEST/,
    () => Buffer.from(bundle().toString('latin1').replace('"MODEL-CARD.md"', '"../../../x.md"'), 'latin1'),
  ],
  [
    'of a link to a file of the cloud',
    /MANIFEST|HASH|SIGNATURE/,
    () => {
      const sound = bundle();
      symlinkSync('/etc/passwd', join(folder, 'link'));
      return Buffer.concat([sound.subarray(0, 10), Buffer.from(join(folder, 'link')), sound.subarray(10)]);
    },
  ],
])('a model that is %s is refused, remembered and never in place', async (_, code, make) => {
  offered = make();
  const { library } = opened();
  await expect(settled(library.want(ref))).rejects.toMatchObject({
    code: expect.stringMatching(code),
    retry: false,
  });
  const fetched = asks.length;
  await expect(settled(library.want(ref))).rejects.toMatchObject({ code: expect.stringMatching(code) });
  expect(asks.length - fetched).toBe(1);
  expect(existsSync(installedDir()) ? readdirSync(installedDir()) : []).toEqual([]);
  expect(readdirSync(join(folder, 'models')).filter((name) => name === 'unpacked')).toEqual([]);
  offered = bundle();
  expect(await settled(library.want(ref))).toMatchObject(ref);
});

it('a bit that is turned anywhere in a model keeps it from its place', async () => {
  const sound = bundle();
  for (let i = 0; i < 40; i++) {
    offered = Buffer.from(sound);
    offered[Math.floor(((i + 0.5) / 40) * sound.length)]! ^= 1 << (i % 8);
    await expect(settled(opened().library.want(ref)), `bit ${i}`).rejects.toMatchObject({
      code: expect.stringMatching(/^MODEL_REFUSED_/),
    });
  }
  expect(probed).toEqual([]);
});

it('a model that does not answer when it is run is refused for ever, also after a restart', async () => {
  offered = bundle();
  const refuse = () =>
    Promise.reject(Object.assign(new Error('it answers with NaN'), { code: 'MODEL_REFUSED_OUTPUT' }));
  await expect(settled(opened(refuse).library.want(ref))).rejects.toThrow('NaN');
  await expect(settled(opened().library.want(ref))).rejects.toMatchObject({ code: 'MODEL_REFUSED_OUTPUT' });
  expect(probed).toHaveLength(1);
});

it('a model that the cloud does not have is said to be absent, and may come later', async () => {
  const { library } = opened();
  await expect(settled(library.want(ref))).rejects.toMatchObject({ code: 'MODEL_ABSENT', retry: true });
  offered = bundle();
  expect(await settled(library.want(ref))).toMatchObject(ref);
});

it('the disk holds the last few, and those that are in use', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) {
    offered = bundle(undefined, version);
    // Each process uses one.
    await settled(opened().library.want({ name: 'pump-rul', version }));
    await clock.advance(60_000);
  }
  expect(readdirSync(installedDir()).sort()).toEqual(['pump-rul@1.2.0', 'pump-rul@1.3.0']);
  const { library } = opened();
  for (const version of ['1.2.0', '1.3.0']) await settled(library.want({ name: 'pump-rul', version }));
  offered = bundle(undefined, '1.4.0');
  await settled(library.want({ name: 'pump-rul', version: '1.4.0' }));
  expect(readdirSync(installedDir())).toHaveLength(3);
});
