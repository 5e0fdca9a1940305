import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contractHash, type MachineType, windowRowsMin } from '../domain/machine-type.ts';
import { readProblem } from '../files/read-problem.ts';
import { readRegular } from '../files/read-regular.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { FeaturePath } from './feature-path.ts';
import { featuresProblem } from './features.ts';
import { intervalProblem } from './interval.ts';
import { ModelManifest } from './manifest.ts';
import {
  type Architecture,
  architectureProblem,
  Ensemble,
  inputWidth,
  weightCount,
  weightShapes,
} from './network.ts';

export const artefactLimits = {
  manifestBytesMax: 1 << 20,
  modelBytesMax: 64 << 10,
  weightsBytesMax: 64 << 20,
} as const;

export interface Artefact {
  manifest: ModelManifest;
  ensemble: Ensemble;
  /** For each member, one array for each of weightShapes(architecture); all values are finite. */
  weights: Float32Array[][];
}

/** The check that a refused artefact failed; these are also the error codes. */
export type RefusalCode =
  | 'MODEL_REFUSED_MISSING'
  | 'MODEL_REFUSED_SIZE'
  | 'MODEL_REFUSED_MANIFEST'
  | 'MODEL_REFUSED_MACHINE_TYPE'
  | 'MODEL_REFUSED_CONTRACT'
  | 'MODEL_REFUSED_TRUNCATED'
  | 'MODEL_REFUSED_HASH'
  | 'MODEL_REFUSED_SHAPE'
  | 'MODEL_REFUSED_WEIGHTS'
  | 'MODEL_REFUSED_OUTPUT';

export function refusal(code: RefusalCode, folder: string, problem: string): HarbingerError {
  return new HarbingerError(code, 'intelligence', `model artefact ${folder} is refused: ${problem}`);
}

const checkManifest = compileValidator(ModelManifest);
const checkEnsemble = compileValidator(Ensemble);

/** Reads a file after checking its size, so that a huge one is never read. */
function readBounded(folder: string, name: string, bytesMax: number): Buffer {
  const path = join(folder, name);
  if (!existsSync(path)) throw refusal('MODEL_REFUSED_MISSING', folder, `${name} does not exist`);
  const { size } = statSync(path);
  if (size > bytesMax)
    throw refusal('MODEL_REFUSED_SIZE', folder, `${name} has ${size} bytes, more than ${bytesMax}`);
  try {
    return readRegular(path, bytesMax);
  } catch (error) {
    throw refusal('MODEL_REFUSED_MISSING', folder, `${name} cannot be read: ${readProblem(error)}`);
  }
}

function parseJson(folder: string, name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw refusal('MODEL_REFUSED_MANIFEST', folder, `${name} is not JSON: ${messageOf(error)}`);
  }
}

function readListed(
  folder: string,
  manifest: ModelManifest,
  name: keyof ModelManifest['files'],
  bytesMax: number,
) {
  const bytes = readBounded(folder, name, bytesMax);
  const listed = manifest.files[name];
  if (bytes.length < listed.bytes) {
    throw refusal('MODEL_REFUSED_TRUNCATED', folder, `${name} has ${bytes.length} of ${listed.bytes} bytes`);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== listed.sha256) {
    throw refusal('MODEL_REFUSED_HASH', folder, `${name} does not have the SHA-256 that the manifest lists`);
  }
  return bytes;
}

/** A model may be used only for the machine type and the sensors it was trained on. */
function checkFits(folder: string, manifest: ModelManifest, type: MachineType): void {
  if (manifest.machineType !== type.name) {
    throw refusal(
      'MODEL_REFUSED_MACHINE_TYPE',
      folder,
      `it is for machine type '${manifest.machineType}', not '${type.name}'`,
    );
  }
  if (manifest.contractHash !== contractHash(type)) {
    throw refusal(
      'MODEL_REFUSED_CONTRACT',
      folder,
      `sensors, units or unit of life of '${type.name}' have changed since it was trained; train it again`,
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
  const manifestBytes = readBounded(folder, 'manifest.json', artefactLimits.manifestBytesMax);
  const manifest = checkManifest(parseJson(folder, 'manifest.json', manifestBytes), fail);
  checkFits(folder, manifest, type);
  checkSound(folder, manifest);
  const modelBytes = readListed(folder, manifest, 'model.json', artefactLimits.modelBytesMax);
  const ensemble = checkEnsemble(parseJson(folder, 'model.json', modelBytes), fail);
  for (const member of ensemble.members) checkShape(folder, manifest, member);
  const weightBytes = readListed(folder, manifest, 'weights.bin', artefactLimits.weightsBytesMax);
  return { manifest, ensemble, weights: splitWeights(folder, ensemble, weightBytes) };
}
