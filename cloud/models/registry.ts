/**
 * Models (cloud/models): the registry, from which gateways fetch models. A version is one file, the bundle as it was pushed,
 * which never changes and is named by what it is: `models/pump-rul@2.1.0.model` in the data folder, and in its backups. Whether a
 * gateway trusts it is decided there, by its own keys.
 */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { readRegular } from '../../shared/files/read-regular.ts';
import { replaceFile, syncDir } from '../../shared/files/replace.ts';
import type { TrainedContract } from '../../shared/model/contract/change.ts';
import { refusal } from '../../shared/model/reading.ts';
import { bundleBytesMax, type OpenedBundle, openBundle } from '../../shared/model/trust/bundle.ts';
import { signatureProblem } from '../../shared/model/trust/signature.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import type { ModelDetails, ModelRegistry, RegisteredModel, RegistryRef } from '../ports/models/models.ts';
import type { RegistryConfig } from './config.ts';

const ending = '.model';
const fileName = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})@(\d+\.\d+\.\d+)\.model$/;

export interface RegistryDeps {
  dataDir: string;
  config: RegistryConfig;
  log: Log;
}

const keyOf = ({ name, version }: RegistryRef) => `${name}@${version}`;

export class Registry implements ModelRegistry {
  private readonly deps: RegistryDeps;
  private readonly folder: string;
  private readonly models = new Map<string, RegisteredModel>();
  private readonly contracts = new Map<string, TrainedContract>();
  private readonly exclusive = new Exclusive();

  constructor(deps: RegistryDeps) {
    this.deps = deps;
    this.folder = join(deps.dataDir, 'models');
  }

  /** Reads what is there. A damaged file is left as it is, and named in the log. */
  load(): void {
    makeFolder(this.folder, 0o750);
    for (const file of readdirSync(this.folder).filter((each) => each.endsWith(ending))) {
      const path = join(this.folder, file);
      try {
        const bundle = readRegular(path, bundleBytesMax);
        const opened = openBundle(bundle, path);
        const model = registered(bundle, opened, statSync(path).mtimeMs);
        if (!fileName.test(file) || file !== `${keyOf(model)}${ending}`)
          throw new Error(`it is ${keyOf(model)}`);
        this.models.set(keyOf(model), model);
        this.contracts.set(keyOf(model), contractIn(opened));
      } catch (error) {
        const code = 'REGISTRY_UNREADABLE';
        this.deps.log.error(
          { code, path, problem: messageOf(error) },
          'a model of the registry cannot be used',
        );
      }
    }
  }

  list(): RegisteredModel[] {
    return [...this.models.values()].sort(
      (a, b) => a.name.localeCompare(b.name) || b.version.localeCompare(a.version, 'en', { numeric: true }),
    );
  }

  find(ref: RegistryRef): RegisteredModel | null {
    return this.models.get(keyOf(ref)) ?? null;
  }

  /** Sensors by which a version was trained; null if the registry has none. */
  contractOf(ref: RegistryRef): TrainedContract | null {
    return (this.find(ref) && this.contracts.get(keyOf(ref))) ?? null;
  }

  pathOf(ref: RegistryRef): string {
    return join(this.folder, `${keyOf(ref)}${ending}`);
  }

  async details(ref: RegistryRef): Promise<ModelDetails | null> {
    const model = this.find(ref);
    if (!model) return null;
    const path = this.pathOf(ref);
    try {
      const { contents, card, signature } = openBundle(readRegular(path, bundleBytesMax), path);
      return { ...model, manifest: contents.manifest, files: contents.files, card, signature };
    } catch (error) {
      throw new HarbingerError(
        'REGISTRY_UNREADABLE',
        'models',
        `${path} cannot be used: ${messageOf(error)}`,
      );
    }
  }

  async bundle(ref: RegistryRef): Promise<Buffer | null> {
    if (!this.find(ref)) return null;
    const path = this.pathOf(ref);
    try {
      return readRegular(path, bundleBytesMax);
    } catch (error) {
      throw new HarbingerError(
        'REGISTRY_UNREADABLE',
        'models',
        `${path} cannot be used: ${messageOf(error)}`,
      );
    }
  }

  push(bundle: Buffer): Promise<RegisteredModel & { isNew: boolean }> {
    const opened = openBundle(bundle, 'that was pushed');
    const { contents, signature } = opened;
    const problem = signatureProblem(contents, signature);
    if (problem) throw refusal('MODEL_REFUSED_SIGNATURE', 'that was pushed', problem);
    return this.exclusive.run(() => this.keep(bundle, opened));
  }

  remove(ref: RegistryRef): Promise<boolean> {
    return this.exclusive.run(async () => {
      if (!this.models.delete(keyOf(ref))) return false;
      await rm(this.pathOf(ref), { force: true });
      await syncDir(this.folder);
      return true;
    });
  }

  /** Keeps the content that is known under a name and version; only its signer may change. */
  private async keep(bundle: Buffer, opened: OpenedBundle) {
    const model = registered(bundle, opened, 0);
    const known = this.find(model);
    if (known && known.digest !== model.digest)
      throw new HarbingerError(
        'REGISTRY_EXISTS',
        'models',
        `there is another ${keyOf(model)} (digest ${known.digest.slice(0, 16)}); give this one another version`,
      );
    if (known?.sha256 === model.sha256) return { ...known, isNew: false };
    this.checkRoom(model, known);
    try {
      await replaceFile(this.pathOf(model), bundle);
    } catch (error) {
      const message = `${keyOf(model)} cannot be kept: ${messageOf(error)}`;
      throw new HarbingerError('REGISTRY_UNWRITABLE', 'models', message, { retry: true, cause: error });
    }
    const kept = { ...model, pushedMs: Math.round(statSync(this.pathOf(model)).mtimeMs) };
    this.models.set(keyOf(model), kept);
    this.contracts.set(keyOf(model), contractIn(opened));
    return { ...kept, isNew: true };
  }

  private checkRoom({ bytes }: RegisteredModel, known: RegisteredModel | null): void {
    const { modelBytesMax, modelsMax, bytesMax } = this.deps.config;
    const full = (why: string) => new HarbingerError('REGISTRY_FULL', 'models', why);
    if (bytes > modelBytesMax)
      throw full(`the model has ${bytes} bytes, more than ${modelBytesMax} (models.modelBytesMax)`);
    const others = this.list().filter((each) => each !== known);
    if (others.length + 1 > modelsMax) throw full(`there are ${others.length} models (models.modelsMax)`);
    const sum = others.reduce((all, each) => all + each.bytes, bytes);
    if (sum > bytesMax)
      throw full(`the models would have ${sum} bytes, more than ${bytesMax} (models.bytesMax)`);
  }
}

/** Only what is asked for often is kept in memory. */
function contractIn({ contents: { manifest } }: OpenedBundle): TrainedContract {
  const { contractHash, inputs, features, output } = manifest;
  const { channels, settings } = features;
  return { contractHash, inputs, features: { channels, settings }, output: { unit: output.unit } };
}

function registered(
  bundle: Buffer,
  { contents, signature }: OpenedBundle,
  pushedMs: number,
): RegisteredModel {
  const { name, version, machineType, contractHash } = contents.manifest;
  return {
    ...{ name, version, machineType, contractHash },
    digest: contents.digest,
    key: signature.key,
    fingerprint: signature.fingerprint,
    bytes: bundle.length,
    sha256: createHash('sha256').update(bundle).digest('hex'),
    pushedMs: Math.round(pushedMs),
  };
}
