import { type MachineType, windowRowsMin } from '../domain/machine-type.ts';
import { compileValidator } from '../runtime/validate.ts';
import { contractChange, placedIn } from './contract/change.ts';
import { FeaturePath } from './feature-path.ts';
import { featuresProblem } from './features.ts';
import { intervalProblem } from './interval.ts';
import type { ModelManifest } from './manifest.ts';
import {
  type Architecture,
  architectureProblem,
  Ensemble,
  inputWidth,
  weightCount,
  weightShapes,
} from './network.ts';
import { artefactLimits, parseJson, readListed, readManifest, refusal } from './reading.ts';
import { contentFile, contentsOf, readCard } from './trust/contents.ts';

export interface Artefact {
  /** As it reads rows of the machine type, whose sensors may be more, and in another order, than those it was trained on. */
  manifest: ModelManifest;
  /** Stands for all of its files (trust/contents.ts). */
  digest: string;
  ensemble: Ensemble;
  /** For each member, one array for each of weightShapes(architecture); all values are finite. */
  weights: Float32Array[][];
}

const checkEnsemble = compileValidator(Ensemble);

/** A model may be used only for the machine type it was trained on, and where the sensors that it reads are there. */
export function checkFits(folder: string, manifest: ModelManifest, type: MachineType): void {
  if (manifest.machineType !== type.name) {
    throw refusal(
      'MODEL_REFUSED_MACHINE_TYPE',
      folder,
      `it is for machine type '${manifest.machineType}', not '${type.name}'`,
    );
  }
  const change = contractChange(manifest, type);
  if (change?.problem) {
    throw refusal(
      'MODEL_REFUSED_CONTRACT',
      folder,
      `sensors, units or unit of life of '${type.name}' have changed since it was trained (${change.problem}); train it again`,
    );
  }
  const rowsMin = windowRowsMin(type);
  if (manifest.windowRows !== type.windowRows || manifest.windowRowsMin !== rowsMin) {
    throw refusal(
      'MODEL_REFUSED_SHAPE',
      folder,
      `its window has ${manifest.windowRowsMin} … ${manifest.windowRows} rows, the type's ${rowsMin} … ${type.windowRows}`,
    );
  }
}

/** Checks that the manifest's schema cannot express. */
function checkSound(folder: string, { features, inputs, output }: ModelManifest): void {
  const problem = featuresProblem(features, inputs.length) ?? intervalProblem(output.interval);
  if (problem) throw refusal('MODEL_REFUSED_MANIFEST', folder, problem);
}

function checkShape(folder: string, manifest: ModelManifest, architecture: Architecture): void {
  const problem = architectureProblem(architecture);
  if (problem) throw refusal('MODEL_REFUSED_SHAPE', folder, problem);
  const { width } = new FeaturePath({ ...manifest, inputs: manifest.inputs.length });
  if (inputWidth(architecture) !== width) {
    throw refusal(
      'MODEL_REFUSED_SHAPE',
      folder,
      `a network takes ${inputWidth(architecture)} numbers, the manifest's features are ${width}`,
    );
  }
}

function splitWeights(folder: string, { members }: Ensemble, bytes: Buffer): Float32Array[][] {
  const count = members.reduce((sum, member) => sum + weightCount(member), 0);
  if (bytes.length !== count * 4) {
    throw refusal(
      'MODEL_REFUSED_SHAPE',
      folder,
      `the networks have ${count} weights, the file ${bytes.length / 4}`,
    );
  }
  let at = 0;
  return members.map((architecture) =>
    weightShapes(architecture).map(({ name, shape }) => {
      const weights = new Float32Array(shape[0] * shape[1]);
      for (let i = 0; i < weights.length; i++, at += 4) weights[i] = bytes.readFloatLE(at);
      if (!weights.every(Number.isFinite)) {
        throw refusal('MODEL_REFUSED_WEIGHTS', folder, `${name} is not finite everywhere`);
      }
      return weights;
    }),
  );
}

/**
 * Reads an artefact and checks everything that can be checked without running it, cheapest and safest first: sizes
 * before reading, schemas before use, fit to the machine type, hashes, shapes, finite weights. @throws HarbingerError
 * MODEL_REFUSED_* saying which check failed
 */
export function loadArtefact(folder: string, type: MachineType): Artefact {
  const fail = (problem: string) => refusal('MODEL_REFUSED_MANIFEST', folder, problem);
  const { manifest, bytes } = readManifest(folder);
  checkFits(folder, manifest, type);
  checkSound(folder, manifest);
  const modelBytes = readListed(folder, manifest, 'model.json', artefactLimits.modelBytesMax);
  const ensemble = checkEnsemble(parseJson(folder, 'model.json', modelBytes), fail);
  for (const member of ensemble.members) checkShape(folder, manifest, member);
  const weightBytes = readListed(folder, manifest, 'weights.bin', artefactLimits.weightsBytesMax);
  const card = readCard(folder);
  const { digest } = contentsOf(manifest, [
    ...(card ? [contentFile('MODEL-CARD.md', card)] : []),
    contentFile('manifest.json', bytes),
    contentFile('model.json', modelBytes),
    contentFile('weights.bin', weightBytes),
  ]);
  const weights = splitWeights(folder, ensemble, weightBytes);
  return { manifest: placedIn(manifest, type), digest, ensemble, weights };
}
