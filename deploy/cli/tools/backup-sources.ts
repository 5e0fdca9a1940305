/** Where a backup comes from: an open data folder, or the API of a cloud that runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { archiveBytes, archiveOf } from '../../../shared/backup/archive.ts';
import { newManifest, type Role } from '../../../shared/backup/backup.ts';
import { openFolder } from '../../../shared/backup/open-folder.ts';
import { lockDataDir, restoreMarker } from '../../../shared/files/data-dir.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { download, findEndpoint } from '../http-client.ts';

export interface Source {
  chunks: AsyncIterable<Buffer>;
  bytes: number;
  close(): Promise<void>;
}

export interface SourceOptions {
  data?: string;
  url?: string;
  token?: string;
  credentials: boolean;
  signal: AbortSignal;
  clock: Clock;
}

/** @throws HarbingerError BACKUP_SOURCE, and those of the API */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { data } = options;
  if (data === undefined || options.url !== undefined) return await fromApi(options);
  if (roleOf(data) === 'gateway') return await fromFolder(data, 'gateway', options);
  let unlock: () => void;
  try {
    // Without the lock the cloud could start while its databases are read.
    unlock = lockDataDir(data);
  } catch (error) {
    if (!(error instanceof HarbingerError) || error.code !== 'DATA_DIR_LOCKED') throw error;
    return await fromApi(options);
  }
  try {
    const source = await fromFolder(data, 'cloud', options);
    const close = () => source.close().finally(unlock);
    return { ...source, close };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function fromFolder(dir: string, role: Role, { credentials, clock }: SourceOptions): Promise<Source> {
  const takenAt = new Date(clock.nowMs()).toISOString();
  const { files, leftOut, close } = await openFolder({ dir, credentials });
  const listed = files.map(({ path, bytes }) => ({ path, bytes }));
  const manifest = newManifest({ role, takenAt, credentials, leftOut, files: listed });
  return { chunks: archiveOf(manifest, files), bytes: archiveBytes(manifest, files), close };
}

async function fromApi({ credentials, signal, ...reach }: SourceOptions): Promise<Source> {
  const endpoint = findEndpoint('cloud', reach);
  const response = await download(endpoint, '/api/backup', { credentials }, signal);
  const bytes = Number(response.headers.get('content-length') ?? 0);
  return {
    bytes,
    chunks: read(response, bytes, endpoint.url),
    close: async () => void (await response.body?.cancel().catch(() => undefined)), // it may be read to its end
  };
}

async function* read({ body }: Response, bytes: number, url: string): AsyncGenerator<Buffer> {
  let read = 0;
  const ended = (why: string) =>
    new HarbingerError(
      'BACKUP_SOURCE',
      'backup',
      `${url} has not sent the whole backup: ${why}; see its log`,
    );
  try {
    for await (const chunk of Readable.fromWeb(body! as Parameters<typeof Readable.fromWeb>[0])) {
      read += (chunk as Buffer).length;
      yield Buffer.from(chunk as Buffer);
    }
  } catch (error) {
    throw ended(messageOf(error));
  }
  if (read !== bytes) throw ended(`${read} of ${bytes} bytes`);
}

/** @throws HarbingerError BACKUP_SOURCE */
function roleOf(data: string): Role {
  const has = (name: string) => existsSync(join(data, name));
  const refused = (why: string) =>
    new HarbingerError('BACKUP_SOURCE', 'backup', `${data} cannot be backed up: ${why}`);
  if (has(restoreMarker)) throw refused('it has what an unfinished restore has left');
  if (has('journal')) return 'gateway';
  if (has('operations')) return 'cloud';
  const below = (['gateway', 'cloud'] as const).find((role) => has(role));
  throw refused(
    below
      ? `it has several data folders; name one, such as ${join(data, below)}`
      : 'it belongs to neither a gateway nor a cloud',
  );
}
