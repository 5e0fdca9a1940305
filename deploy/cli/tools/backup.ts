/** `harbinger backup`: a data folder in one file, made while its gateway or cloud runs; and what such a file has. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { archiveBytes, archiveOf } from '../../../shared/backup/archive.ts';
import { type Manifest, newManifest, type Role } from '../../../shared/backup/backup.ts';
import { openFolder } from '../../../shared/backup/open-folder.ts';
import { readArchive } from '../../../shared/backup/read-archive.ts';
import { saveBackup } from '../../../shared/backup/save.ts';
import { restoreMarker } from '../../../shared/files/data-dir.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { stopSignal } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { Progress } from './progress.ts';

interface CreateOptions {
  data?: string;
  to?: string;
  withCredentials?: boolean;
  json?: boolean;
}

export function addBackup(program: Command): void {
  const group = program
    .command('backup')
    .description('write a backup of a data folder while its gateway runs; show checks one')
    .option('--data <dir>', 'the data folder (needed)')
    .option('--to <file>', 'the backup, a tar archive (needed); a file that exists is never overwritten')
    .option('--with-credentials', 'with the API token of the data folder, which is left out otherwise')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Everything that was acknowledged before the command began is in the backup. Configuration files, certificates and
machine types are not, because they lie elsewhere. Only its owner can read the file: it holds readings and messages.

Examples:
  harbinger backup --data /var/lib/harbinger/gateway --to /mnt/backup/gateway.tar
  harbinger backup show /mnt/backup/gateway.tar
  harbinger restore --from /mnt/backup/gateway.tar --data /var/lib/harbinger/gateway
`,
    )
    .action(create);
  group
    .command('show')
    .description('read a backup to its end, check it, and say what it has')
    .argument('<file>', 'the backup')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  harbinger backup show gateway.tar\n')
    .action(async (file: string, _: object, command: Command) => {
      const signal = stopSignal();
      const progress = new Progress(`checking ${file}`, systemClock);
      const onProgress = (done: number, all: number) => progress.show(done, all);
      const manifest = await readArchive(file, { signal, onProgress }).finally(() => progress.end());
      // `backup` has this option too, and takes it wherever it stands.
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      if (json) printJson(manifest);
      else show(file, manifest);
    });
}

async function create(options: CreateOptions): Promise<void> {
  const { data, to } = options;
  if (data === undefined || to === undefined)
    throw new HarbingerError('USAGE', 'cli', 'say what to back up and where to: backup --data DIR --to FILE');
  const signal = stopSignal();
  if (isWithin(data, to))
    throw new HarbingerError('USAGE', 'cli', `${to} lies in the data folder itself; name a file elsewhere`);
  const role = roleOf(data);
  const takenAt = new Date(systemClock.nowMs()).toISOString();
  const credentials = options.withCredentials === true;
  const opened = await openFolder({ dir: data, credentials });
  const progress = new Progress(`writing ${to}`, systemClock);
  try {
    const { files, leftOut } = opened;
    const manifest = newManifest({
      role,
      takenAt,
      credentials,
      leftOut,
      files: files.map(({ path, bytes }) => ({ path, bytes })),
    });
    const expected = archiveBytes(files);
    const bytes = await saveBackup(archiveOf(manifest, files), {
      path: to,
      bytes: expected,
      signal,
      onProgress: (done) => progress.show(done, expected),
    });
    progress.end();
    if (options.json)
      printJson({ file: to, bytes, role, takenAt, files: files.length, credentials, leftOut });
    else {
      process.stdout.write(`${to}: ${shownBytes(bytes)}, ${files.length} files of the ${role} in ${data}\n`);
      for (const { path, why } of leftOut) process.stdout.write(`left out: ${printable(path)} (${why})\n`);
    }
  } finally {
    progress.end();
    await opened.close();
  }
}

/** @throws HarbingerError BACKUP_SOURCE */
function roleOf(data: string): Role {
  const has = (name: string) => existsSync(join(data, name));
  const refused = (why: string) =>
    new HarbingerError('BACKUP_SOURCE', 'backup', `${data} cannot be backed up: ${why}`);
  if (has(restoreMarker)) throw refused('it has what an unfinished restore has left');
  if (has('journal')) return 'gateway';
  if (has('operations')) throw refused('it is a cloud’s, and only a gateway’s can be');
  const below = (['gateway', 'cloud'] as const).find((role) => has(role));
  throw refused(
    below
      ? `it has several data folders; name one, such as ${join(data, below)}`
      : 'it belongs to neither a gateway nor a cloud',
  );
}

function isWithin(folder: string, file: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return path !== '' && !path.startsWith('..');
}

function show(file: string, manifest: Manifest): void {
  const { role, version, host, takenAt, credentials, leftOut, files } = manifest;
  const groups = new Map<string, { files: number; bytes: number }>();
  for (const { path, bytes } of files) {
    const name = path.includes('/') ? `${path.slice(0, path.indexOf('/'))}/` : path;
    const group = groups.get(name) ?? { files: 0, bytes: 0 };
    groups.set(name, { files: group.files + 1, bytes: group.bytes + bytes });
  }
  process.stdout.write(
    `${file}: a sound backup of a ${role} on ${printable(host)}, taken ${takenAt} by version ${printable(version)}\n`,
  );
  process.stdout.write(`credentials of the data folder: ${credentials ? 'in it' : 'left out'}\n`);
  printTable([
    ['part', 'files', 'size'],
    ...[...groups].map(([name, group]) => [printable(name), String(group.files), shownBytes(group.bytes)]),
  ]);
  for (const { path, why } of leftOut) process.stdout.write(`left out: ${printable(path)} (${why})\n`);
}
