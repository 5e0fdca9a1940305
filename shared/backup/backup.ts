/**
 * Backups (shared/backup): a data folder in one file, and back. This file names what is in it. Opening the files of a
 * folder (open-folder.ts), the bytes of the archive (archive.ts, read-archive.ts), writing it to a file (save.ts) and
 * restoring a folder (restore.ts) have files of their own. What a cloud has to do so that its files are of one moment is
 * its own business (cloud/); a gateway's can be copied while they are written, see open-folder.ts.
 *
 * A backup is a tar archive that every tar reads. `manifest.json` comes first and names all files that follow, in their
 * order, with their lengths. `checksums.sha256` comes last, in the format of sha256sum: an archive without it is not
 * complete.
 */
import { hostname } from 'node:os';
import { type Static, Type } from '@sinclair/typebox';
import { ownVersion } from '../files/paths.ts';
import { compileValidator } from '../runtime/validate.ts';

export const manifestName = 'manifest.json';
export const checksumsName = 'checksums.sha256';

/** Says in a restored data folder when its backup was taken. It belongs to the folder and is in no backup. */
export const restoredName = 'restored.json';

/** Rises when an older version could not restore such a backup. */
export const backupFormat = 1;

/** A path within the data folder, which cannot lead out of it. */
const FilePath = Type.String({
  minLength: 1,
  maxLength: 4_096,
  pattern: '^(?!/)(?!.*(^|/)\\.\\.?(/|$))[^\\0\\\\]+$',
});

export const Manifest = Type.Object({
  product: Type.Literal('harbinger'),
  format: Type.Integer({ minimum: 1 }),
  /** Version of Harbinger that made it. */
  version: Type.String(),
  role: Type.Union([Type.Literal('gateway'), Type.Literal('cloud')]),
  host: Type.String(),
  /** ISO 8601. Everything that was acknowledged before is in it. */
  takenAt: Type.String(),
  /** Whether credentials of the data folder are in it. */
  credentials: Type.Boolean(),
  /** Files of the folder that are left out on purpose, with the reason. */
  leftOut: Type.Array(Type.Object({ path: Type.String(), why: Type.String() })),
  files: Type.Array(Type.Object({ path: FilePath, bytes: Type.Integer({ minimum: 0 }) })),
});
export type Manifest = Static<typeof Manifest>;
export type Role = Manifest['role'];

export const checkManifest = compileValidator(Manifest);

/** The part of a manifest that every backup of this process has. */
export function newManifest(
  about: Pick<Manifest, 'role' | 'takenAt' | 'credentials' | 'leftOut' | 'files'>,
): Manifest {
  return { product: 'harbinger', format: backupFormat, version: ownVersion(), host: hostname(), ...about };
}
