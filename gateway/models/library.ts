/**
 * Models (gateway/models): which models this gateway has, and who stands for each. What is here may run; running it is the
 * business of watch/model, and what it must be able to do is in shared/model.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { checkFits } from '../../shared/model/artefact.ts';
import { refusal } from '../../shared/model/reading.ts';
import { type ArtefactContents, readContents } from '../../shared/model/trust/contents.ts';
import { findArtefacts } from '../../shared/model/trust/find-artefacts.ts';
import { type TrustOptions, trustedBy } from '../../shared/model/trust/trust.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { InstalledModel, ModelLibrary, ModelRef, RefusedModel } from '../ports/models/models.ts';
import type { DownloadStats, Installer } from './download/install.ts';

export interface LibraryDeps {
  types: ReadonlyMap<string, MachineType>;
  /** A folder of models of the site. */
  artefactsDir?: string;
  trust: TrustOptions;
  /** Absent: nothing is fetched. */
  installer?: Installer;
}

const shippedDir = join(packageRoot, 'models', 'artefacts');

export const refText = ({ name, version }: ModelRef) => `${name}@${version}`;

export class Library implements ModelLibrary {
  private readonly deps: LibraryDeps;
  private readonly models = new Map<string, InstalledModel>();
  private readonly bad = new Map<string, RefusedModel>();

  constructor(deps: LibraryDeps) {
    this.deps = deps;
  }

  /** Looks at what lies here. Never throws: what cannot be read is refused. */
  load(): void {
    const { artefactsDir, installer } = this.deps;
    installer?.load();
    const fetched = installer === undefined ? [] : [installer.installedDir];
    for (const root of [...(artefactsDir === undefined ? [] : [artefactsDir]), shippedDir, ...fetched])
      for (const folder of findArtefacts(root)) this.add(folder);
  }

  installed(): readonly InstalledModel[] {
    return [...this.models.values()];
  }

  refused(): readonly RefusedModel[] {
    return [...this.bad.values()];
  }

  keep(refs: readonly ModelRef[]): void {
    this.deps.installer?.keep(refs);
  }

  /** Figures of downloads; null: nothing is fetched. */
  downloads(): DownloadStats | null {
    return this.deps.installer?.stats() ?? null;
  }

  async want(ref: ModelRef, signal?: AbortSignal): Promise<InstalledModel> {
    const { installer } = this.deps;
    const found = this.models.get(refText(ref));
    const folder = found && [found.folder, ...(found.alsoIn ?? [])].find((each) => existsSync(each));
    if (found && folder !== undefined) {
      installer?.used(ref);
      return folder === found.folder ? found : { ...found, folder };
    }
    // It was removed since, by hand or to make room.
    this.models.delete(refText(ref));
    if (installer) {
      const fetched = await installer.install(ref, signal);
      this.models.set(refText(fetched), fetched);
      return fetched;
    }
    const bad = this.refused().find((each) => each.ref && refText(each.ref) === refText(ref));
    throw bad
      ? new HarbingerError(bad.code, 'intelligence', bad.problem)
      : new HarbingerError('MODEL_ABSENT', 'intelligence', `there is no model ${refText(ref)} here`);
  }

  /** Adds what lies in a folder. Of two with one name and version the first one counts, and the other must be the same. */
  private add(folder: string): void {
    let contents: ArtefactContents | null = null;
    try {
      contents = readContents(folder);
      const model = this.checked(folder, contents);
      const known = this.models.get(refText(model));
      if (known && known.digest !== model.digest)
        throw refusal(
          'MODEL_REFUSED_TWICE',
          folder,
          `another ${refText(model)} is in ${known.folder}; give one of the two another version`,
        );
      this.models.set(
        refText(model),
        known ? { ...known, alsoIn: [...(known.alsoIn ?? []), folder] } : model,
      );
    } catch (error) {
      const { manifest } = contents ?? {};
      this.bad.set(folder, {
        folder,
        ...(manifest && { ref: { name: manifest.name, version: manifest.version } }),
        code: codeOf(error) ?? 'MODEL_REFUSED_MISSING',
        problem: messageOf(error),
      });
    }
  }

  /** @throws HarbingerError MODEL_REFUSED_* */
  check(folder: string): InstalledModel {
    return this.checked(folder, readContents(folder));
  }

  private checked(folder: string, contents: ArtefactContents): InstalledModel {
    const { manifest, digest } = contents;
    const { name, version, machineType } = manifest;
    const type = this.deps.types.get(machineType);
    if (!type)
      throw refusal(
        'MODEL_REFUSED_MACHINE_TYPE',
        folder,
        `this gateway does not know its machine type '${machineType}'`,
      );
    checkFits(folder, manifest, type);
    const by = trustedBy(folder, contents, this.deps.trust);
    return { name, version, machineType, digest, folder, trustedBy: by };
  }
}
