/** Gives the product inputs drawn from a seed, until one fails; that one is reduced and printed with its command. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { type FuzzFailure, type FuzzResult, fuzz } from './fuzz.ts';
import { kindNames } from './targets/targets.ts';

const help = `Gives MQTT packets, payloads, frames and HTTP requests that are nearly right to the product, and measures the work and
the memory that each costs.

  npm run fuzz -- [options]

  --inputs N    number of inputs, of all kinds together; default 100000
  --seed S      what is drawn; default 1
  --kind A,B    ${kindNames.join(', ')}; default all
  --from I      number of the first input of each kind; default 0
  --help

Ends with 1 if an input failed.
`;
const progressMs = 5_000;
const shownBytesMax = 2_000;

const say = (text: string) => process.stderr.write(`${text}\n`);

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number) || number < 0)
    throw new RangeError(`--${option} must be a whole number, not '${text}'`);
  return number;
}

function progressOf(inputs: number): (done: number) => void {
  const startedMs = systemClock.monotonicMs();
  let saidMs = startedMs;
  return (done) => {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - saidMs < progressMs) return;
    saidMs = nowMs;
    const leftSeconds = Math.round(((nowMs - startedMs) / done / 1_000) * (inputs - done));
    say(`${done} of ${inputs} inputs, about ${leftSeconds} s left`);
  };
}

function failureText({ kind, number, problem, input }: FuzzFailure, seed: number): string {
  const pieces = input.map((piece) => JSON.stringify(piece.toString('latin1', 0, shownBytesMax)));
  return `input ${number} of kind ${kind} failed: ${problem}
reduced to ${input.length} pieces, as Latin-1: ${pieces.join(' ')}
in base64: ${input.map((piece) => piece.toString('base64', 0, shownBytesMax)).join(' ')}
again: npm run fuzz -- --seed ${seed} --kind ${kind} --from ${number} --inputs 1
`;
}

function table({ byKind, inputs, peakBytes }: FuzzResult, seconds: number): string {
  const rows = Object.entries(byKind).map(
    ([kind, totals]) => `| ${kind} | ${totals.inputs} | ${(totals.bytes / 1e6).toFixed(1)} MB |`,
  );
  const sum = `${inputs} inputs in ${Math.round(seconds)} s, at most ${peakBytes >> 20} MiB in memory`;
  return `${sum}\n\n| kind | inputs | bytes |\n|---|---|---|\n${rows.join('\n')}\n`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string', default: '' },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const inputs = numberOf('inputs', values.inputs);
  const seed = numberOf('seed', values.seed);
  const kinds = values.kind === '' ? [] : values.kind.split(',');
  const startedMs = systemClock.monotonicMs();
  const progress = progressOf(inputs);
  const result = await fuzz({ seed, inputs, kinds, from: numberOf('from', values.from), progress });
  process.stdout.write(table(result, (systemClock.monotonicMs() - startedMs) / 1_000));
  if (!result.failure) return 0;
  process.stdout.write(failureText(result.failure, seed));
  return 1;
}

// Nothing but an open connection keeps the process alive; if it ends early, the exit code must not report success.
process.exitCode = 3;
main().then(
  (code) => process.exit(code),
  (error) => {
    say(messageOf(error));
    process.exit(2);
  },
);
