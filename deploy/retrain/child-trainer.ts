import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { OwnApi, TrainedCandidate, Trainer, TrainingOrder } from '../../cloud/ports/models/training.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { type Clock, every, systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Retrained } from './main.ts';

/** After it was told to end, a child has this long. */
const endMsMax = 10_000;
const outputMax = 4 << 20;
const wordsMax = 4_000;

/** Memory besides that of JavaScript: tensors, and what was read. */
const otherMb = 512;
const lookMs = 1_000;

/** Says what memory a process has; null where this computer does not say. Others than Linux are bounded for JavaScript alone. */
function residentMbOf(pid: number): number | null {
  try {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1_024 : null;
  } catch {
    return null;
  }
}

export interface ChildCommand {
  command: string;
  args: readonly string[];
}

/** The command line of this product. */
const ownCommand = (memoryMb: number): ChildCommand => ({
  command: process.execPath,
  args: [`--max-old-space-size=${memoryMb}`, compiledEntry('deploy/cli/main')],
});

/** Trains with `harbinger models train --from store` as a child of the lowest priority, whose memory and time are bounded. */
export function childTrainer(
  clock: Clock = systemClock,
  commandOf = ownCommand,
  memoryOf = residentMbOf,
): Trainer {
  return {
    async train(order, api, signal) {
      const { command, args } = commandOf(order.memoryMb);
      const output = await run(
        command,
        [...args, ...argumentsOf(order, api)],
        envOf(order, api),
        signal,
        clock,
        { memoryOf, mbMax: order.memoryMb + otherMb },
      );
      return candidateIn(output);
    },
  };
}

function argumentsOf(order: TrainingOrder, { url }: OwnApi): string[] {
  const { machineType, out, livesMin, rowsMax, tolerance, machineTypesDir, isShadowWanted, by, key } = order;
  return [
    ...['models', 'train', '--from', 'store', '--json', '--machine-type', machineType, '--url', url],
    ...[
      '--out',
      out,
      '--lives-min',
      `${livesMin}`,
      '--rows-max',
      `${rowsMax}`,
      '--tolerance',
      `${tolerance}`,
    ],
    ...['--shadow', isShadowWanted ? 'if-not-worse' : 'never', '--by', by],
    ...(machineTypesDir === null ? [] : ['--machine-types', machineTypesDir]),
    ...(key === null ? ['--no-push', '--no-sign'] : ['--key', key]),
  ];
}

/** The token is not among the arguments, which everybody on the computer can read. */
function envOf(_: TrainingOrder, { certFile, token }: OwnApi): NodeJS.ProcessEnv {
  const { HARBINGER_TOKEN: _token, HARBINGER_MODEL_KEY: _key, ...env } = process.env;
  return {
    ...env,
    HARBINGER_ENDS_WITH_INPUT: '1',
    ...(certFile !== undefined && { HARBINGER_CA_FILE: certFile }),
    ...(token !== null && { HARBINGER_TOKEN: token }),
  };
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  clock: Clock,
  bound: MemoryBound,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(failed('it was ended before it began'));
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    // It stays open as long as this process lives, however that ends; the child ends with it.
    child.stdin.on('error', () => {});
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // Where that is not allowed, it is bounded all the same.
    }
    let output = '';
    let words = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > outputMax) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = `${words}${text}`.slice(-wordsMax);
    });
    let timer: ReturnType<Clock['setTimer']> | null = null;
    const end = () => {
      child.kill('SIGTERM');
      timer = clock.setTimer(endMsMax, () => child.kill('SIGKILL'));
    };
    signal.addEventListener('abort', end, { once: true });
    const { memory, stop } = boundMemory(child, bound, clock);
    const over = () => {
      stop();
      signal.removeEventListener('abort', end);
      timer?.cancel();
    };
    child.once('error', (error) => {
      over();
      reject(failed(`its process cannot be started: ${messageOf(error)}`));
    });
    child.once('close', (code, by) => {
      over();
      if (code === 0) resolve(output);
      else
        reject(
          failed(memory() ?? (lastWords(words) || `its process has ended (${by ?? `exit code ${code}`})`)),
        );
    });
  });
}

interface MemoryBound {
  memoryOf(pid: number): number | null;
  mbMax: number;
}

/** Ends a child that takes more memory than it may; `memory` then says so. */
function boundMemory(child: ChildProcess, { memoryOf, mbMax }: MemoryBound, clock: Clock) {
  let problem: string | null = null;
  const timer = every(clock, lookMs, () => {
    const mb = child.pid === undefined ? null : memoryOf(child.pid);
    if (mb === null || mb <= mbMax) return;
    problem = `its process took ${Math.round(mb)} MB of memory, and may take ${mbMax} (jobs.retraining.memoryMb and ${otherMb}); give it more, or fewer readings (rowsMax)`;
    child.kill('SIGKILL');
  });
  return { memory: () => problem, stop: () => timer.cancel() };
}

/** The sentence that a command ends with. */
function lastWords(words: string): string {
  const line = words.trimEnd().split('\n').at(-1) ?? '';
  return line.replace(/^harbinger: /, '').slice(0, 1_000);
}

function candidateIn(output: string): TrainedCandidate {
  try {
    const { model, against, isNotWorse, isPushed, isShadow, reasons } = JSON.parse(output) as Retrained;
    return { model, isNotWorse, isPushed, isShadow, reasons, ...(against !== null && { against }) };
  } catch (error) {
    throw failed(`its answer cannot be read: ${messageOf(error)}`);
  }
}

const failed = (why: string) => new HarbingerError('TRAINING_FAILED', 'models', why);
