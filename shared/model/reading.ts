import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readProblem } from '../files/read-problem.ts';
import { readRegular } from '../files/read-regular.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { compileValidator } from '../runtime/validate.ts';
import { ModelManifest } from './manifest.ts';

export const artefactLimits = {
  manifestBytesMax: 1 << 20,
  modelBytesMax: 64 << 10,
  weightsBytesMax: 64 << 20,
  cardBytesMax: 1 << 20,
} as const;

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
  | 'MODEL_REFUSED_OUTPUT'
  | 'MODEL_REFUSED_TWICE'
  | 'MODEL_REFUSED_UNSIGNED'
  | 'MODEL_REFUSED_SIGNATURE'
  | 'MODEL_REFUSED_KEY';

export function refusal(code: RefusalCode, folder: string, problem: string): HarbingerError {
  return new HarbingerError(code, 'intelligence', `model artefact ${folder} is refused: ${problem}`);
}

/** Reads a file after checking its size, so that a huge one is never read. */
export function readBounded(folder: string, name: string, bytesMax: number): Buffer {
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

export function parseJson(folder: string, name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw refusal('MODEL_REFUSED_MANIFEST', folder, `${name} is not JSON: ${messageOf(error)}`);
  }
}

const checkManifest = compileValidator(ModelManifest);

/** @throws HarbingerError MODEL_REFUSED_MANIFEST */
export function parseManifest(folder: string, bytes: Buffer): ModelManifest {
  const fail = (problem: string) => refusal('MODEL_REFUSED_MANIFEST', folder, problem);
  return checkManifest(parseJson(folder, 'manifest.json', bytes), fail);
}

/** The manifest of an artefact, and the bytes that it was read from. @throws HarbingerError MODEL_REFUSED_* */
export function readManifest(folder: string): { manifest: ModelManifest; bytes: Buffer } {
  const bytes = readBounded(folder, 'manifest.json', artefactLimits.manifestBytesMax);
  return { manifest: parseManifest(folder, bytes), bytes };
}

/** Reads a file that the manifest lists. @throws HarbingerError MODEL_REFUSED_*, also if it is another file */
export function readListed(
  folder: string,
  manifest: ModelManifest,
  name: keyof ModelManifest['files'],
  bytesMax: number,
): Buffer {
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
