/**
 * Makes sure that one demonstration at a time uses a data folder. The folder is claimed before anything in it
 * is touched, and released at the end. The claim of a demonstration that was killed expires once its
 * processes have ended.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataDir, unusable } from '../../shared/files/data-dir.ts';
import { isLocked } from '../../shared/files/lock-file.mjs';
import { identityOf, isRunning, pidOf } from '../../shared/files/process-identity.mjs';
import { takeLock } from '../../shared/files/process-lock.ts';
import { readRunFile } from '../../shared/files/run-file.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { codeOf, HarbingerError } from '../../shared/runtime/errors.ts';
import { type DemoOptions, startElsewhere } from './options.ts';

const marker = 'harbinger-demo';
const lockName = 'lock';
/** File with the identities of the demonstration's processes, one per line. */
const processesName = 'processes';
/** Longer than an orderly stop of a gateway or a cloud takes after its supervisor is gone. */
const leftBehindMsMax = 20_000;
const pollMs = 100;

export interface ClaimedFolder {
  /** Deletes the data of an earlier demonstration. @throws HarbingerError DATA_DIR */
  forget(): void;
  /** Records the processes that use the folder, so that a start after a kill can wait for their end. */
  noteProcesses(pids: readonly number[]): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims the folder.
 * @throws HarbingerError DEMO_RUNS if another demonstration uses the folder, NOT_A_DEMO if it holds anything
 * else, DATA_DIR if it cannot be created or written
 */
export async function claimFolder(
  options: DemoOptions,
  clock: Clock,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<ClaimedFolder> {
  const { data: dir } = options;
  refuseOthersFiles(dir);
  const beside = await startElsewhere({ ...options, data: firstFreeFolder(dir), fresh: false });
  const inUse = (pid: number | null) => demoRuns(dir, pid, beside);
  makeDataDir(dir);
  const release = claim(dir, inUse);
  try {
    await leftBehindEnded(dir, clock, stop, say);
    write(dir, marker, 'The data of `npm start`; `npm start -- --fresh` deletes it.\n');
  } catch (error) {
    release();
    throw error instanceof HarbingerError ? error : unusable(dir, error);
  }
  return {
    forget() {
      try {
        forget(dir);
      } catch (error) {
        throw unusable(dir, error);
      }
    },
    async noteProcesses(pids) {
      write(dir, processesName, `${pids.map((pid) => identityOf(pid)).join('\n')}\n`);
    },
    async release() {
      rmSync(join(dir, processesName), { force: true });
      release();
    },
  };
}

function claim(dir: string, inUse: (pid: number | null) => HarbingerError): () => void {
  try {
    return takeLock(join(dir, lockName), inUse);
  } catch (error) {
    throw error instanceof HarbingerError ? error : unusable(dir, error);
  }
}

function write(dir: string, name: string, text: string): void {
  writeFileSync(join(dir, name), text, { mode: 0o600 });
}

/**
 * Refuses a folder that holds anything but a demonstration, because a later `--fresh` would delete its
 * contents.
 */
function refuseOthersFiles(dir: string): void {
  const names = namesIn(dir).filter((name) => !name.startsWith(lockName));
  if (names.length === 0 || names.includes(marker)) return;
  throw new HarbingerError(
    'NOT_A_DEMO',
    'config',
    `${dir} holds files that are not this demonstration's (${names[0]}); choose a new or empty folder with --data`,
  );
}

/** Names in the folder. Empty if it is not a folder: the error then comes from the attempt to create it. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw unusable(dir, error);
  }
}

const foldersTried = 100;

/** Returns the first of DIR-2, DIR-3, … that a demonstration could use now. */
function firstFreeFolder(dir: string): string {
  for (let number = 2; number < foldersTried; number++) {
    if (isFree(`${dir}-${number}`)) return `${dir}-${number}`;
  }
  return `${dir}-${process.pid}`;
}

function isFree(dir: string): boolean {
  try {
    if (!existsSync(dir)) return true;
    const names = readdirSync(dir);
    if (names.length === 0) return true;
    return names.includes(marker) && !isLocked(join(dir, lockName)) && runningIn(dir).length === 0;
  } catch {
    return false;
  }
}

function demoRuns(dir: string, pid: number | null, beside: string): HarbingerError {
  const who = [`process ${pid ?? 'unknown'}`, ...pageOf(dir)].join(', ');
  return new HarbingerError(
    'DEMO_RUNS',
    'config',
    `a demonstration already runs on ${dir} (${who}): stop it, or start another beside it on a folder of its own: ${beside}`,
  );
}

function pageOf(dir: string): string[] {
  try {
    return [`page ${readRunFile(join(dir, 'cloud')).httpUrl}`];
  } catch {
    return [];
  }
}

/**
 * Waits until the gateway and the cloud of a killed demonstration have stopped, which may take some seconds.
 */
async function leftBehindEnded(
  dir: string,
  clock: Clock,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const untilMs = clock.monotonicMs() + leftBehindMsMax;
  let said = false;
  while (true) {
    const running = runningIn(dir);
    if (running.length === 0) return;
    if (!said)
      say(`waiting for processes of the demonstration before this one to stop: ${running.join(', ')}`);
    said = true;
    if (stop.aborted || clock.monotonicMs() > untilMs) {
      throw new HarbingerError(
        'DEMO_RUNS',
        'config',
        `processes of an earlier demonstration still use ${dir}; end them: kill -9 ${running.join(' ')}`,
      );
    }
    await sleep(clock, pollMs, stop);
  }
}

/** Returns the numbers of the recorded processes that still run. */
function runningIn(dir: string): number[] {
  const path = join(dir, processesName);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').filter(isRunning).map(pidOf);
}

/** Deletes everything but the lock, and the marker last, so that an interrupted deletion can be repeated. */
function forget(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== lockName && name !== marker) rmSync(join(dir, name), { recursive: true });
  }
}
