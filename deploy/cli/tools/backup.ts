/** `harbinger backup`: a data folder in one file, made while its gateway or cloud runs; and what such a file has. */
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Manifest } from '../../../shared/backup/backup.ts';
import { readArchive, readManifest } from '../../../shared/backup/read-archive.ts';
import { saveBackup } from '../../../shared/backup/save.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { httpUrl, stopSignal } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { openSource } from './backup-sources.ts';
import { Progress } from './progress.ts';

interface CreateOptions {
  data?: string;
  url?: string;
  token?: string;
  to?: string;
  withCredentials?: boolean;
  json?: boolean;
}

export function addBackup(program: Command): void {
  const group = program
    .command('backup')
    .description('write a backup of a data folder while its gateway or cloud runs; show checks one')
    .option('--data <dir>', 'the data folder')
    .option('--to <file>', 'the backup, a tar archive; a file that exists is never overwritten')
    .option('--url <url>', 'instead of --data: the HTTP address of a cloud that runs elsewhere', httpUrl)
    .option('--token <token>', 'API token of the cloud (better: $HARBINGER_TOKEN)')
    .option('--with-credentials', 'with the API token of the data folder, which is left out otherwise')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Everything that was acknowledged before the command began is in the backup. A cloud that runs is asked over its API.
Readings in an InfluxDB are not in it: make a backup of that afterwards, not before. Configuration files, certificates and
machine types are not, because they lie elsewhere. Only its owner can read the file: it holds readings and messages.

Examples:
  harbinger backup --data /var/lib/harbinger/gateway --to /mnt/backup/gateway.tar
  harbinger backup --data /var/lib/harbinger/cloud --to /mnt/backup/cloud.tar
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
  const { data, to, url, token } = options;
  if (to === undefined || (data === undefined && url === undefined))
    throw new HarbingerError('USAGE', 'cli', 'say what to back up and where to: backup --data DIR --to FILE');
  const signal = stopSignal();
  if (data !== undefined && isWithin(data, to))
    throw new HarbingerError('USAGE', 'cli', `${to} lies in the data folder itself; name a file elsewhere`);
  const credentials = options.withCredentials === true;
  const reach = {
    ...(data !== undefined && { data }),
    ...(url !== undefined && { url }),
    ...(token !== undefined && { token }),
  };
  const source = await openSource({ ...reach, credentials, signal, clock: systemClock });
  const progress = new Progress(`writing ${to}`, systemClock);
  let bytes: number;
  try {
    const onProgress = (done: number) => progress.show(done, source.bytes);
    bytes = await saveBackup(source.chunks, { path: to, bytes: source.bytes, signal, onProgress });
  } finally {
    progress.end();
    await source.close();
  }
  const { role, takenAt, leftOut, files } = await readManifest(to, signal);
  if (options.json) printJson({ file: to, bytes, role, takenAt, files: files.length, credentials, leftOut });
  else {
    process.stdout.write(`${to}: ${shownBytes(bytes)}, ${files.length} files of the ${role}\n`);
    for (const { path, why } of leftOut) process.stdout.write(`left out: ${printable(path)} (${why})\n`);
    if (role === 'cloud' && !files.some(({ path }) => path.endsWith('.duckdb')))
      process.stdout.write(
        'the readings are not in it: they lie in another database, which has backups of its own\n',
      );
  }
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
