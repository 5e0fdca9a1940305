import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { OwnApi, TrainedCandidate, Trainer, TrainingOrder } from '../../cloud/ports/models/training.ts';
import { compiledEntry } from '../../shared/files/paths.ts';
import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Retrained } from './main.ts';

/** After it was told to end, a child has this long. */
const endMsMax = 10_000;
const outputMax = 4 << 20;
const wordsMax = 4_000;

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
export function childTrainer(clock: Clock = systemClock, commandOf = ownCommand): Trainer {
  return {
    async train(order, api, signal) {
      const { command, args } = commandOf(order.memoryMb);
      const output = await run(
        command,
        [...args, ...argumentsOf(order, api)],
        envOf(order, api),
        signal,
        clock,
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
function envOf(_: TrainingOrder, { token }: OwnApi): NodeJS.ProcessEnv {
  const { HARBINGER_TOKEN: _token, HARBINGER_MODEL_KEY: _key, ...env } = process.env;
  return { ...env, ...(token !== null && { HARBINGER_TOKEN: token }) };
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  clock: Clock,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(failed('it was ended before it began'));
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
    const over = () => {
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
      else reject(failed(lastWords(words) || `its process has ended (${by ?? `exit code ${code}`})`));
    });
  });
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
