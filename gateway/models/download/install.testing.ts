/** A gateway's downloads in a folder of their own, and the cloud that they are from. */
import { createPrivateKey } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
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
export const ref = { name: 'pump-rul', version: '3.0.0' };
export const sha = (bytes: Buffer) => contentFile('weights.bin', bytes).sha256;

/** Folder, clock and cloud of a test. */
export const at = {
  folder: '',
  clock: manualClock() as ManualClock,
  probed: [] as ProbedModel[],
  /** The bundle that the cloud has; null: none. */
  offered: null as Buffer | null,
  /** How the link treats each answer: the answers that arrive. */
  link: (answer: Buffer): Buffer[] => [answer],
  asks: [] as ChunkAsk[],
};

/** Gives each test of a file a folder, a clock and a cloud of its own. To be called by each file, because files share this module. */
export function eachBegins(): void {
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'harbinger-install-'));
    Object.assign(at, { folder, clock: manualClock(), probed: [], offered: null, asks: [] });
    at.link = (answer) => [answer];
  });
  afterEach(() => rmSync(at.folder, { recursive: true }));
}

/** The bundle of the pump's model, after a change of its files. */
export function bundle(change: (dir: string) => void = () => undefined, version = ref.version): Buffer {
  const dir = mkdtempSync(join(at.folder, 'made-'));
  cpSync(join(packageRoot, 'models', 'artefacts', 'pump-rul'), dir, { recursive: true });
  edit(dir, (text) => text.replace('"version": "2.0.0"', `"version": "${version}"`));
  change(dir);
  writeSignature(dir, signContents(readContents(dir), key));
  return bundleOf(dir);
}

export function edit(dir: string, change: (text: string) => string): void {
  const path = join(dir, 'manifest.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

export function opened(probe: (model: ProbedModel) => Promise<void> = async () => undefined) {
  const check = (dir: string) => library.check(dir);
  const installer: Installer = new Installer({
    dir: join(at.folder, 'models'),
    settings: { downloadBytesMax: 1 << 20, downloadBytesPerS: 1 << 30, downloadsMax: 2 },
    types,
    check,
    probe: (model) => {
      at.probed.push(model);
      return probe(model);
    },
    ask(message) {
      const ask = parseAsk(message)!;
      at.asks.push(ask);
      for (const answer of at.link(answerTo(ask))) queueMicrotask(() => installer.heard(answer));
    },
    clock: at.clock,
    log: silentLog,
  });
  const library: Library = new Library({ types, trust, installer });
  library.load();
  return { library, installer };
}

function answerTo({ id, name, model, offset, bytes }: ChunkAsk): Buffer {
  if (!at.offered) return encodeProblem({ id, name, model, problem: 'absent' });
  const piece = at.offered.subarray(offset, offset + bytes);
  return encodePiece({
    id,
    name,
    model,
    offset,
    total: at.offered.length,
    sha256: sha(at.offered),
    bytes: piece,
  });
}

/** Lets the time pass until a promise is settled. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let i = 0; i < 20_000 && !isOver; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    await at.clock.advance(10);
  }
  return promise;
}

export const installedDir = () => join(at.folder, 'models', 'installed');
