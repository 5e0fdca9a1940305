/**
 * Real servers for tests (test/support/debian), from Debian's packages, without root and without changing the system:
 * a package is downloaded, unpacked with `dpkg-deb -x` into a cache folder and run from there.
 *
 * Layout: `$XDG_CACHE_HOME/harbinger-test-servers/{release}-{arch}/{package}_{version}/`. A folder of this name is
 * complete, because it is unpacked under another name and then renamed. A lock file prevents parallel downloads.
 */
import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from './lock.ts';

const run = promisify(execFile);
const stepMsMax = 240_000;

export interface DebianBinaryRequest {
  /** The package that contains the binary comes first. Further packages that it needs are found and downloaded. */
  packages: string[];
  /** Path inside the package, e.g. `usr/bin/influxd`. */
  binary: string;
  /** Whether a binary on the PATH is suitable, for example by its version. If absent, every one is. */
  acceptable?: (path: string) => boolean;
}

export type DebianBinary = { path: string; libraryPath?: string } | { unavailable: string };

/** The binary from the PATH, the cache, or Debian; otherwise the reason why there is none. Never throws. */
export async function ensureDebianBinary(request: DebianBinaryRequest): Promise<DebianBinary> {
  const onPath = findOnPath(basename(request.binary));
  if (onPath && (request.acceptable?.(onPath) ?? true)) return { path: onPath };
  for (const tool of ['apt-get', 'dpkg', 'dpkg-deb', 'dpkg-query', 'ldd']) {
    if (!findOnPath(tool))
      return { unavailable: `${request.packages[0]}: no ${tool} here, so no Debian packages` };
  }
  try {
    const shelf = join(cacheDir(), `${release()}-${architecture()}`);
    mkdirSync(shelf, { recursive: true });
    const find = () => findUnpacked(shelf, request);
    return (
      find() ??
      (await withFileLock(join(shelf, '.lock'), async () => find() ?? (await fetchAndUnpack(shelf, request))))
    );
  } catch (error) {
    return { unavailable: `${request.packages[0]}: ${firstLine(error)}` };
  }
}

/** Environment for running the binary: the unpacked libraries come before the system's. */
export function environmentOf(binary: { libraryPath?: string }): NodeJS.ProcessEnv {
  return binary.libraryPath ? { ...process.env, LD_LIBRARY_PATH: binary.libraryPath } : process.env;
}

export function findOnPath(name: string): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return null;
}

function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'harbinger-test-servers');
}

function release(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return text.match(/^VERSION_CODENAME=(.*)$/m)?.[1] ?? 'unknown';
}

function architecture(): string {
  return execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
}

function findUnpacked(shelf: string, request: DebianBinaryRequest): DebianBinary | null {
  for (const name of readdirSync(shelf)) {
    if (!name.startsWith(`${request.packages[0]}_`)) continue;
    const root = join(shelf, name);
    const path = join(root, request.binary);
    if (!existsSync(path)) continue;
    const folders = libraryFolders(root);
    return folders.length > 0 ? { path, libraryPath: folders.join(delimiter) } : { path };
  }
  return null;
}

/**
 * Debian's folders of shared libraries: `usr/lib/x86_64-linux-gnu` and the like, and the private folders in them of
 * some libraries (`pulseaudio`), which would be found by an absolute path.
 */
function libraryFolders(root: string): string[] {
  return [join(root, 'usr/lib'), join(root, 'lib')]
    .flatMap((base) => foldersIn(base).filter((path) => basename(path).includes('-linux-')))
    .flatMap((folder) => [folder, ...foldersIn(folder).filter(hasLibraries)]);
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function hasLibraries(folder: string): boolean {
  return readdirSync(folder).some((name) => /^lib.*\.so/.test(name));
}

async function fetchAndUnpack(shelf: string, request: DebianBinaryRequest): Promise<DebianBinary> {
  const work = await mkdtemp(join(shelf, '.fetching-'));
  try {
    const root = join(work, 'root');
    const apt = await openApt(work);
    let wanted = request.packages;
    let version = '';
    // Each round adds the dependencies of the packages of the last one, until the binary can be loaded.
    for (let round = 0; round < 5 && wanted.length > 0; round++) {
      const archives = await apt.download(wanted, join(work, `round-${round}`));
      for (const archive of archives) await run('dpkg-deb', ['-x', archive, root], { timeout: stepMsMax });
      version ||=
        archives.map((path) => basename(path)).find((name) => name.startsWith(`${wanted[0]}_`)) ?? 'unknown';
      const complete = !(await missingLibraries(root, request.binary));
      wanted = complete ? [] : await notInstalled(archives);
    }
    const lacking = await missingLibraries(root, request.binary);
    if (lacking) throw new Error(`cannot run unpacked: ${lacking}`);
    await rename(root, join(shelf, version.replace(/_[^_]*\.deb$/, '')));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return findUnpacked(shelf, request) ?? { unavailable: `${request.packages[0]} holds no ${request.binary}` };
}

interface Apt {
  download(packages: string[], into: string): Promise<string[]>;
}

/** Prepares apt-get with its own cache folders, and with its own package lists if the system has none. */
async function openApt(work: string): Promise<Apt> {
  const lists = join(work, 'lists');
  const cache = join(work, 'cache');
  for (const folder of [join(lists, 'partial'), join(cache, 'archives/partial')])
    mkdirSync(folder, { recursive: true });
  const common = [
    '-q',
    '-o',
    `Dir::Cache=${cache}`,
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'APT::Sandbox::User=root',
  ];
  const ownLists = ['-o', `Dir::State::Lists=${lists}`];
  let updated = false;

  async function update(): Promise<void> {
    // One unreachable third-party source makes this fail, although the Debian lists may have been downloaded.
    await run('apt-get', [...common, ...ownLists, 'update'], { timeout: stepMsMax }).catch(() => undefined);
    updated = true;
  }

  return {
    async download(packages, into) {
      mkdirSync(into, { recursive: true });
      const attempt = () =>
        run('apt-get', [...common, ...(updated ? ownLists : []), 'download', ...packages], {
          cwd: into,
          timeout: stepMsMax,
        });
      try {
        await attempt();
      } catch (error) {
        // If the existing lists do not contain the package, an update would not add it.
        if (updated || (hasSystemLists() && firstLine(error).includes('Unable to locate'))) throw error;
        await update();
        await attempt();
      }
      return readdirSync(into)
        .filter((name) => name.endsWith('.deb'))
        .map((name) => join(into, name));
    },
  };
}

function hasSystemLists(): boolean {
  const folder = '/var/lib/apt/lists';
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('_Packages'));
}

/** The library that ldd reports as missing, or null if the binary can be loaded. */
async function missingLibraries(root: string, binary: string): Promise<string | null> {
  const path = join(root, binary);
  const environment = environmentOf({ libraryPath: libraryFolders(root).join(delimiter) });
  const { stdout } = await run('ldd', [path], { env: environment }).catch(() => ({ stdout: '' }));
  const missing = stdout.split('\n').filter((line) => line.includes('not found'));
  return missing.length > 0 ? missing.map((line) => line.trim()).join('; ') : null;
}

async function notInstalled(archives: string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const archive of archives) {
    const { stdout } = await run('dpkg-deb', ['-f', archive, 'Depends']);
    for (const part of stdout.split(',')) {
      const name = part
        .split('|')[0]!
        .trim()
        .split(/[\s(:]/)[0]!;
      if (name !== '' && !(await isInstalled(name))) names.add(name);
    }
  }
  return [...names];
}

async function isInstalled(name: string): Promise<boolean> {
  return await run('dpkg-query', ['-s', name]).then(
    ({ stdout }) => stdout.includes('install ok installed'),
    () => false,
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const failure = text.split('\n').find((line) => line.startsWith('E:'));
  return failure ?? (error instanceof Error ? error.message.split('\n')[0]! : String(error));
}
