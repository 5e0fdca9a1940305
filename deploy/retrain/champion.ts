import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modelNameOf } from '../../models/lives/design-of.ts';
import { artefactsDir as productArtefacts } from '../../models/main.ts';
import { type ModelRef, parsedRef, refText } from '../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { type Artefact, loadArtefact } from '../../shared/model/artefact.ts';
import { readManifest } from '../../shared/model/reading.ts';
import { openBundle, unpackBundle } from '../../shared/model/trust/bundle.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';

/** The version that judges the machines of a type. */
export interface Champion {
  ref: ModelRef;
  /** Null if it cannot judge this type, or is not to be had; `problem` says why. */
  artefact: Artefact | null;
  problem: string | null;
  /** A folder that has it where the type names its model. */
  artefactsDir: string;
}

export interface ChampionOptions {
  type: MachineType;
  /** NAME@VERSION; null: the one that was asked for, or the one that comes with the product. */
  given: string | null;
  /** The version that a document wants to judge all machines of the type; null if none does. */
  wanted: string | null;
  /** Versions in the registry. */
  registered: readonly ModelRef[];
  /** The bundle of a version in the registry. */
  bundle(ref: ModelRef): Promise<Buffer>;
  /** A folder for what is fetched. */
  folder: string;
}

/** Finds the version that judges. Null if a type has none. @throws HarbingerError MODEL_UNKNOWN for one that was named and is nowhere */
export async function findChampion(options: ChampionOptions): Promise<Champion | null> {
  const { type, given, wanted, registered } = options;
  const text = given ?? wanted;
  const ref = text === null ? null : parsedRef(text);
  if (text !== null && !ref)
    throw new HarbingerError('USAGE', 'cli', `'${text}' is not NAME@VERSION; see \`harbinger models list\``);
  const model = type.model ?? modelNameOf(type);
  const shipped = shippedIn(join(productArtefacts, model));
  if (!ref && !shipped) return null;
  const isShipped = !ref || (shipped?.name === ref.name && shipped.version === ref.version);
  if (isShipped) return loaded(shipped!, type, productArtefacts, model);
  if (!registered.some(({ name, version }) => name === ref.name && version === ref.version)) {
    if (given !== null)
      throw new HarbingerError(
        'MODEL_UNKNOWN',
        'config',
        `the registry has no ${given}, and it does not come with the product; see \`harbinger models list\``,
      );
    return { ref, artefact: null, problem: 'it is not in the registry', artefactsDir: options.folder };
  }
  const folder = join(options.folder, model);
  makeFolder(dirname(folder));
  unpackBundle(openBundle(await options.bundle(ref), refText(ref)), folder);
  return loaded(ref, type, options.folder, model);
}

function shippedIn(folder: string): ModelRef | null {
  if (!existsSync(join(folder, 'manifest.json'))) return null;
  const { name, version } = readManifest(folder).manifest;
  return { name, version };
}

function loaded(ref: ModelRef, type: MachineType, artefactsDir: string, model: string): Champion {
  try {
    const artefact = loadArtefact(join(artefactsDir, model), type);
    return { ref, artefact, problem: null, artefactsDir };
  } catch (error) {
    if (!codeOf(error)?.startsWith('MODEL_REFUSED_')) throw error;
    return { ref, artefact: null, problem: messageOf(error), artefactsDir };
  }
}

/** The next version: a minor one after all that are known. */
export function nextVersion(known: readonly string[]): string {
  const numbers = known.map((version) => version.split('.').map(Number));
  const [latest] = numbers.sort((a, b) => b[0]! - a[0]! || b[1]! - a[1]! || b[2]! - a[2]!);
  return latest ? `${latest[0]}.${latest[1]! + 1}.0` : '1.0.0';
}
