/** Many disturbed requests to independent Modbus slaves; ends with 1 if a single value was wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdProcess, systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { exchange, type RunResult } from './exchange.ts';
import { slavePrograms } from './slaves.ts';

const help = `Polls slaves made of libmodbus and pymodbus over pseudo terminals and TCP, through a go-between that loses, delays, adds and
changes bytes, and compares every value with what the slave has. It fetches what it needs from Debian and PyPI.

  npm run modbus -- [options]

  --requests N  requests in all; default 100000
  --lines L     serial lines beside each other, each with both slaves; default 4
  --seed S      what is drawn; default 1
  --help

Ends with 1 if a value was wrong.
`;
const progressMs = 5_000;

const say = (text: string) => process.stderr.write(`${text}\n`);

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number) || number < 1)
    throw new RangeError(`--${option} must be a whole number from 1, not '${text}'`);
  return number;
}

function progressOf(requests: number): (done: number) => void {
  const startedMs = systemClock.monotonicMs();
  let saidMs = startedMs;
  return (done) => {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - saidMs < progressMs || done === 0) return;
    saidMs = nowMs;
    const leftSeconds = Math.round(((nowMs - startedMs) / done / 1_000) * (requests - done));
    say(`${done} of ${requests} requests, about ${leftSeconds} s left`);
  };
}

const listed = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

function resultText(result: RunResult, seconds: number): string {
  return `${result.requests} requests in ${Math.round(seconds)} s
values     ${result.values} right, ${result.wrongCount} wrong, ${result.none} times a sensor had none
faults     ${listed(result.faults)}; ${result.brokenConnections} connections broken
failures   ${listed(result.failures)}; ${result.strayBytes} stray bytes
${result.wrong.map((text) => `WRONG ${text}\n`).join('')}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      lines: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const requests = numberOf('requests', values.requests);
  const lines = numberOf('lines', values.lines);
  const seed = numberOf('seed', values.seed);
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-modbus-'));
  const hold = holdProcess();
  try {
    const programs = await slavePrograms(folder);
    if ('unavailable' in programs) throw new Error(programs.unavailable);
    const startedMs = systemClock.monotonicMs();
    const result = await exchange({
      requests,
      lines,
      seed,
      folder,
      programs,
      progress: progressOf(requests),
    });
    process.stdout.write(resultText(result, (systemClock.monotonicMs() - startedMs) / 1_000));
    return result.wrongCount === 0 ? 0 : 1;
  } finally {
    hold.cancel();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(messageOf(error));
    process.exitCode = 2;
  },
);
