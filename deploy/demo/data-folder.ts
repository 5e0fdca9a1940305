/**
 * The demonstration's data folder belongs to one demonstration at a time. It is claimed before anything in it is touched,
 * and given back at the end. The claim of one that was killed no longer counts, once its processes have ended too.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { makeDataDir, unusable } from '../../shared/runtime/data-dir.ts';
import { codeOf, HarbingerError } from '../../shared/runtime/errors.ts';
import { identityOf, isRunning, pidOf } from '../../shared/runtime/process-identity.ts';
import { takeLock } from '../../shared/runtime/process-lock.ts';
import { readRunFile } from '../../shared/runtime/run-file.ts';
import { freePortOptions, type PortOptions } from './ports.ts';

const marker = 'harbinger-demo';
const lockName = 'lock';
/** The processes of the demonstration, an identity a line. */
const processesName = 'processes';
/** Longer than a gateway or a cloud whose supervisor is gone takes to stop in order. */
const leftBehindMsMax = 20_000;
const pollMs = 100;

export interface ClaimOptions extends PortOptions {
  data: string;
  /** Delete what an earlier demonstration left. */
  fresh: boolean;
}

export interface ClaimedFolder {
  /** Notes which processes use the folder, so that a start after a kill can wait for their end. */
  noteProcesses(pids: readonly number[]): Promise<void>;
  release(): Promise<void>;
}

/**
 * @throws HarbingerError DEMO_RUNS if another demonstration uses the folder, NOT_A_DEMO if it holds anything else,
 * DATA_DIR if it cannot be made or written
 */
export async function claimFolder(
  options: ClaimOptions,
  clock: Clock,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<ClaimedFolder> {
  const { data: dir, fresh } = options;
  refuseOthersFiles(dir);
  const another = await freePortOptions(options);
  const inUse = (pid: number | null) => demoRuns(dir, pid, another);
  makeDataDir(dir);
  const release = await takeLock(join(dir, lockName), inUse).catch((error: unknown) => {
    throw error instanceof HarbingerError ? error : unusable(dir, error);
  });
  try {
    await leftBehindEnded(dir, clock, stop, say);
    if (fresh) forget(dir);
    write(dir, marker, 'The data of `npm start`; `npm start -- --fresh` deletes it.\n');
  } catch (error) {
    await release();
    throw error instanceof HarbingerError ? error : unusable(dir, error);
  }
  return {
    async noteProcesses(pids) {
      const identities = await Promise.all(pids.map(identityOf));
      write(dir, processesName, `${identities.join('\n')}\n`);
    },
    async release() {
      rmSync(join(dir, processesName), { force: true });
      await release();
    },
  };
}

function write(dir: string, name: string, text: string): void {
  writeFileSync(join(dir, name), text, { mode: 0o600 });
}

/** A folder with anything but a demonstration in it is never used: a later `--fresh` would delete what is there. */
function refuseOthersFiles(dir: string): void {
  const names = namesIn(dir).filter((name) => !name.startsWith(lockName));
  if (names.length === 0 || names.includes(marker)) return;
  throw new HarbingerError(
    'NOT_A_DEMO',
    'config',
    `${dir} holds files that are not this demonstration's (${names[0]}); choose a new or empty folder with --data`,
  );
}

/** None where it is no folder: what is wrong with it is said when it is made. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw unusable(dir, error);
  }
}

function demoRuns(dir: string, pid: number | null, ports: string): HarbingerError {
  const who = [`process ${pid ?? 'unknown'}`, ...pageOf(dir)].join(', ');
  return new HarbingerError(
    'DEMO_RUNS',
    'config',
    `a demonstration already runs on ${dir} (${who}): stop it, or start another beside it on a folder of its own: ` +
      `npm start -- ${ports} --data '${dir}-2'`,
  );
}

function pageOf(dir: string): string[] {
  try {
    return [`page ${readRunFile(join(dir, 'cloud')).httpUrl}`];
  } catch {
    return [];
  }
}

/** A gateway and a cloud whose demonstration was killed stop by themselves, in order, which may take some seconds. */
async function leftBehindEnded(
  dir: string,
  clock: Clock,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const path = join(dir, processesName);
  if (!existsSync(path)) return;
  const identities = readFileSync(path, 'utf8').split('\n');
  const untilMs = clock.monotonicMs() + leftBehindMsMax;
  let said = false;
  while (true) {
    const running: string[] = [];
    for (const identity of identities) if (await isRunning(identity)) running.push(String(pidOf(identity)));
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

/** All but the lock, and the marker last: a deletion that was cut short can be repeated. */
function forget(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (name !== lockName && name !== marker) rmSync(join(dir, name), { recursive: true });
  }
}
