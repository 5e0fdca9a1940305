/** A folder on a disk of its own, whose writes and flushes are all logged. Needs root, and a kernel with loop and FUSE. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, copyFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DebianBinary, ensureDebianBinary, environmentOf, findOnPath } from '../debian/packages.ts';

const diskBytes = 256 << 20;
const startMsMax = 60_000;
const exec = (command: string, ...args: string[]) =>
  execFileSync(findOnPath(command) ?? command, args, { encoding: 'utf8', timeout: startMsMax }).trim();

/** Returns the program that logs, or why none can. */
export async function diskLogger(): Promise<DebianBinary> {
  if (process.getuid?.() !== 0) return { unavailable: 'a disk with a log: only root may mount one' };
  for (const device of ['/dev/fuse', '/dev/loop-control']) {
    try {
      accessSync(device, constants.W_OK);
    } catch {
      return { unavailable: `a disk with a log: ${device} is not here` };
    }
  }
  for (const name of ['mkfs.ext4', 'losetup', 'mount'])
    if (findOnPath(name) === null) return { unavailable: `a disk with a log: ${name} is not here` };
  return await ensureDebianBinary({
    packages: ['qemu-system-common'],
    binary: 'usr/bin/qemu-storage-daemon',
  });
}

/** An empty ext4 in a file, and in `log` what was written to it later. */
export class LoggedDisk {
  readonly log: string;
  /** As it was before it was mounted for the first time. */
  readonly initial: string;
  readonly #logger: Exclude<DebianBinary, { unavailable: string }>;
  readonly #dir: string;
  #daemon: ChildProcess | null = null;
  #loop = '';
  #folder = '';

  constructor(dir: string, logger: Exclude<DebianBinary, { unavailable: string }>) {
    this.#dir = dir;
    this.#logger = logger;
    this.log = join(dir, 'writes.log');
    this.initial = join(dir, 'initial.img');
    writeFileSync(this.initial, '');
    truncateSync(this.initial, diskBytes);
    exec('mkfs.ext4', '-q', '-F', '-b', '4096', this.initial);
  }

  /** Bytes of the log: what is durable now needs no later write. */
  get position(): number {
    return statSync(this.log).size;
  }

  async mountAt(folder: string): Promise<void> {
    const [disk, exported] = [join(this.#dir, 'disk.img'), join(this.#dir, 'exported.img')];
    copyFileSync(this.initial, disk);
    for (const file of [this.log, exported]) writeFileSync(file, '');
    const nodes = [
      `driver=file,node-name=disk,filename=${disk},cache.no-flush=on`,
      `driver=file,node-name=log,filename=${this.log},cache.no-flush=on`,
      'driver=blklogwrites,node-name=logged,file=disk,log=log',
    ];
    const blocks = nodes.flatMap((node) => ['--blockdev', node]);
    const served = `type=fuse,id=served,node-name=logged,mountpoint=${exported},writable=on`;
    const daemon = spawn(this.#logger.path, [...blocks, '--export', served], {
      env: environmentOf(this.#logger),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#daemon = daemon;
    for (const deadline = Date.now() + startMsMax; statSync(exported).size !== diskBytes; ) {
      if (daemon.exitCode !== null || Date.now() > deadline) throw new Error('the disk is not served');
      await delay(20);
    }
    this.#loop = exec('losetup', '--find', '--show', exported);
    exec('mount', '-t', 'ext4', '-o', 'noatime', this.#loop, folder);
    this.#folder = folder;
  }

  async unmount(): Promise<void> {
    if (this.#folder !== '') exec('umount', this.#folder);
    if (this.#loop !== '') exec('losetup', '--detach', this.#loop);
    this.#folder = this.#loop = '';
    if (this.#daemon?.exitCode === null) {
      const ended = once(this.#daemon, 'exit');
      this.#daemon.kill();
      await ended;
    }
  }
}

/** Runs `work` while the disk in a file is mounted at a folder. */
export async function mounted<T>(disk: string, folder: string, work: () => Promise<T>): Promise<T> {
  exec('mount', '-t', 'ext4', '-o', 'loop,noatime', disk, folder);
  try {
    return await work();
  } finally {
    exec('umount', folder);
  }
}

/** Copies a disk; what is empty takes no space. */
export const copyDisk = (from: string, to: string) => exec('cp', '--sparse=always', from, to);
