/** Runs schedule after schedule from a seed; stops at the first that breaks an invariant, and makes it small. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { drawSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { type Run, simulate } from './simulate.ts';
import { failureText } from './text.ts';
import type { Outcome } from './verify.ts';

const help = `Simulates gateway, link, cloud and store with injected clock, chance, disk and network.

  node dist/test/simulation/main.js [options]

  --seed N         of the first schedule; the next ones follow. Default: by the clock
  --schedules K    how many; default 1000
  --minutes M      stop after so long, whatever K says
  --keep-going     counts failures and goes on, without making them small
  --trace N        lines of the trace shown of a failure; default 60
  --schedule JSON  runs one schedule as a failure printed it
  --help

Ends with 1 if an invariant was broken, 3 if a run came to a standstill.
`;
const progressMs = 5_000;

interface Options {
  seed: number;
  schedules: number;
  untilMs: number;
  keepGoing: boolean;
  trace: number;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

class Totals {
  schedules = 0;
  steps = 0;
  virtualMs = 0;
  readonly failedSeeds: number[] = [];
  readonly outcome = new Map<keyof Outcome, number>();
  readonly faults = new Map<string, number>();

  add(schedule: Schedule, run: Run): void {
    this.schedules++;
    this.steps += run.steps;
    this.virtualMs += run.virtualMs;
    if (run.problems.length > 0) this.failedSeeds.push(schedule.seed);
    for (const [key, value] of Object.entries(run.outcome) as [keyof Outcome, number][]) {
      this.outcome.set(key, (this.outcome.get(key) ?? 0) + value);
    }
    for (const { kind } of schedule.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  table(seconds: number): string {
    const rows: [string, string | number][] = [
      ['schedules', this.schedules],
      ['schedules a minute', Math.round((this.schedules / seconds) * 60)],
      ['steps', this.steps],
      ['simulated minutes', Math.round(this.virtualMs / 60_000)],
      ...[...this.outcome].map(([key, value]): [string, number] => [key, value]),
      ...[...this.faults].sort().map(([kind, count]): [string, number] => [`fault ${kind}`, count]),
      ['failed', this.failedSeeds.length],
    ];
    return rows.map(([name, value]) => `${name.padEnd(24)} ${String(value).padStart(12)}`).join('\n');
  }
}

async function runMany(options: Options): Promise<number> {
  const startedMs = systemClock.monotonicMs();
  const seconds = () => (systemClock.monotonicMs() - startedMs) / 1_000;
  const totals = new Totals();
  let saidMs = startedMs;
  for (let i = 0; i < options.schedules && systemClock.monotonicMs() < options.untilMs; i++) {
    const schedule = drawSchedule(options.seed + i);
    const run = await simulate(schedule);
    totals.add(schedule, run);
    if (run.problems.length > 0) {
      if (options.keepGoing)
        say(`seed ${schedule.seed}: ${run.problems[0]!.invariant}: ${run.problems[0]!.detail}`);
      else {
        await showFailure(schedule, run, options.trace);
        break;
      }
    }
    if (systemClock.monotonicMs() - saidMs > progressMs) {
      saidMs = systemClock.monotonicMs();
      const rate = Math.round((totals.schedules / seconds()) * 60);
      say(`${totals.schedules} schedules, ${rate} a minute, ${totals.failedSeeds.length} failed`);
    }
  }
  process.stdout.write(`seeds from ${options.seed}\n${totals.table(seconds())}\n`);
  return totals.failedSeeds.length > 0 ? 1 : 0;
}

async function showFailure(schedule: Schedule, run: Run, traceLines: number): Promise<void> {
  say(`seed ${schedule.seed} failed: making it smaller …`);
  const small = await shrink(schedule, run.problems[0]!.invariant);
  process.stdout.write(`${failureText(schedule.seed, run, small, await simulate(small), traceLines)}\n\n`);
}

async function runOne(text: string, traceLines: number): Promise<number> {
  const run = await simulate(JSON.parse(text) as Schedule);
  for (const line of traceLines > 0 ? run.trace.slice(-traceLines) : []) process.stdout.write(`${line}\n`);
  for (const { invariant, detail } of run.problems) process.stdout.write(`✗ ${invariant}: ${detail}\n`);
  process.stdout.write(`fingerprint ${run.fingerprint}, ${run.steps} steps\n`);
  return run.problems.length > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      schedules: { type: 'string', default: '1000' },
      minutes: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      trace: { type: 'string', default: '60' },
      schedule: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const trace = numberOf('trace', values.trace);
  if (values.schedule !== undefined) return runOne(values.schedule, trace);
  const minutes =
    values.minutes === undefined ? Number.POSITIVE_INFINITY : numberOf('minutes', values.minutes);
  return runMany({
    seed: values.seed === undefined ? systemClock.nowMs() % 1_000_000_000 : numberOf('seed', values.seed),
    schedules: numberOf('schedules', values.schedules),
    untilMs: systemClock.monotonicMs() + minutes * 60_000,
    keepGoing: values['keep-going'],
    trace,
  });
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (text === '' || !(number >= 0)) throw new RangeError(`--${option} must be a number, not '${text}'`);
  return number;
}

// Where a run waits for ever, nothing keeps the process: it must not end as if all were well.
process.exitCode = 3;
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(messageOf(error));
    process.exitCode = 2;
  },
);
