/**
 * A bundle: an artefact with its signature as one run of bytes, as it is sent and kept:
 *
 *     {"format": "harbinger-model-bundle-1", "files": [{"name", "bytes", "sha256"}, …]}\n  and the files, one after the other
 *
 * It has files of known names only, and no paths.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { compileValidator } from '../../runtime/validate.ts';
import { parseManifest, readBounded, refusal } from '../reading.ts';
import {
  type ArtefactContents,
  type ContentFile,
  contentBytesMax,
  contentFile,
  contentNames,
  contentsOf,
  readCard,
  readContents,
} from './contents.ts';
import { parseSignature, type Signature, signatureBytesMax, signatureName } from './signature.ts';

const fileNames = [...contentNames, signatureName] as const;
type FileName = (typeof fileNames)[number];
const bytesMaxOf = (name: FileName) => (name === signatureName ? signatureBytesMax : contentBytesMax[name]);
const headerBytesMax = 4_096;

/** The most that a bundle can have. */
export const bundleBytesMax = headerBytesMax + fileNames.reduce((sum, name) => sum + bytesMaxOf(name), 0);

const Header = Type.Object({
  format: Type.Literal('harbinger-model-bundle-1'),
  files: Type.Array(
    Type.Object({
      name: Type.Union(fileNames.map((name) => Type.Literal(name))),
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { maxItems: fileNames.length },
  ),
});
type Header = Static<typeof Header>;
const checkHeader = compileValidator(Header);

export interface OpenedBundle {
  contents: ArtefactContents;
  signature: Signature;
  card: string | null;
  files: ReadonlyMap<string, Buffer>;
}

/** Makes the bundle of a signed artefact. @throws HarbingerError MODEL_REFUSED_* */
export function bundleOf(folder: string): Buffer {
  readContents(folder);
  const named = fileNames.flatMap((name): [FileName, Buffer][] => {
    if (name === signatureName) return [[name, readSigned(folder)]];
    const bytes = name === 'MODEL-CARD.md' ? readCard(folder) : readBounded(folder, name, bytesMaxOf(name));
    return bytes ? [[name, bytes]] : [];
  });
  // The weights come last: what is listed of a model is near the beginning.
  const files = named.sort(([a], [b]) => Number(a === 'weights.bin') - Number(b === 'weights.bin'));
  const header = {
    format: 'harbinger-model-bundle-1',
    files: files.map(([name, content]) => ({
      name,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...files.map(([, content]) => content)]);
}

function readSigned(folder: string): Buffer {
  try {
    return readBounded(folder, signatureName, signatureBytesMax);
  } catch {
    throw refusal(
      'MODEL_REFUSED_UNSIGNED',
      folder,
      'nobody has signed it; sign it with `harbinger models sign`',
    );
  }
}

/** Reads and checks all files of a bundle. @param place where it is from, for messages. @throws HarbingerError MODEL_REFUSED_* */
export function openBundle(bundle: Buffer, place: string): OpenedBundle {
  const { header, at: start } = headerOf(bundle, place);
  const files = new Map<string, Buffer>();
  let at = start;
  for (const { name, bytes, sha256 } of header.files) {
    if (files.has(name)) throw refusal('MODEL_REFUSED_MANIFEST', place, `${name} comes twice`);
    if (bytes > bytesMaxOf(name))
      throw refusal('MODEL_REFUSED_SIZE', place, `${name} has ${bytes} bytes, more than ${bytesMaxOf(name)}`);
    if (at + bytes > bundle.length)
      throw refusal('MODEL_REFUSED_TRUNCATED', place, `${name} has ${bundle.length - at} of ${bytes} bytes`);
    const content = bundle.subarray(at, at + bytes);
    if (createHash('sha256').update(content).digest('hex') !== sha256)
      throw refusal('MODEL_REFUSED_HASH', place, `${name} does not have the SHA-256 that the bundle lists`);
    files.set(name, content);
    at += bytes;
  }
  if (at !== bundle.length)
    throw refusal('MODEL_REFUSED_SIZE', place, `it has ${bundle.length - at} bytes too many`);
  return opened(files, place);
}

function headerOf(bundle: Buffer, place: string): { header: Header; at: number } {
  const end = bundle.subarray(0, headerBytesMax).indexOf(0x0a);
  if (end < 0) throw refusal('MODEL_REFUSED_MANIFEST', place, 'it is not the bundle of a model');
  const fail = (problem: string) =>
    refusal('MODEL_REFUSED_MANIFEST', place, `its header is not sound: ${problem}`);
  let said: unknown;
  try {
    said = JSON.parse(bundle.toString('utf8', 0, end));
  } catch {
    throw refusal('MODEL_REFUSED_MANIFEST', place, 'it is not the bundle of a model');
  }
  return { header: checkHeader(said, fail), at: end + 1 };
}

function opened(files: Map<string, Buffer>, place: string): OpenedBundle {
  const need = (name: FileName): Buffer => {
    const content = files.get(name);
    if (content) return content;
    throw name === signatureName
      ? refusal('MODEL_REFUSED_UNSIGNED', place, 'nobody has signed it')
      : refusal('MODEL_REFUSED_MISSING', place, `${name} is missing`);
  };
  const manifest = parseManifest(place, need('manifest.json'));
  const listed = contentNames.flatMap((name): ContentFile[] => {
    const content = name === 'MODEL-CARD.md' ? files.get(name) : need(name);
    return content ? [contentFile(name, content)] : [];
  });
  for (const name of ['model.json', 'weights.bin'] as const)
    if (listed.find((each) => each.name === name)?.sha256 !== manifest.files[name].sha256)
      throw refusal('MODEL_REFUSED_HASH', place, `${name} does not have the SHA-256 that the manifest lists`);
  const signature = parseSignature(place, need(signatureName));
  const card = files.get('MODEL-CARD.md')?.toString('utf8') ?? null;
  return { contents: contentsOf(manifest, listed), signature, card, files };
}

/** Writes the files of a bundle into a new folder. @throws system errors */
export function unpackBundle({ files }: OpenedBundle, folder: string): void {
  mkdirSync(folder, { mode: 0o750 });
  for (const [name, content] of files)
    writeFileSync(join(folder, name), content, { mode: 0o640, flush: true });
}
