/** Runs schedules from a seed until one breaks an invariant, and reduces that one to a small failing schedule. */
import { availableParallelism } from 'node:os';
import { reportError } from '../../deploy/cli/output.ts';
import { numberArg, readArgs, usageError } from '../../deploy/cli/usage.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { standstill } from './runs/chunk.ts';
import { failureText } from './runs/failure-text.ts';
import { runPool } from './runs/pool.ts';
import { shrink } from './runs/shrink.ts';
import { shrunkTelling } from './runs/shrink-telling.ts';
import { type WorldName, worldNames } from './runs/worlds.ts';
import { simulate } from './simulate.ts';
import { runTelling } from './telling/telling.ts';
import { drawSchedule, type Schedule } from './world/schedule.ts';

const help = `Simulates gateway, link, cloud and store with injected clock, chance, disk and network.

  npm run simulate -- [options]

  --of WORLDS      readings (how they are stored), fleet (how documents are followed), telling (what is told of machines),
                   with commas between; default: of each seed the first two, and of each twentieth all
  --seed N         seed of the first schedule; the others follow. Default: from the clock
  --schedules K    how many seeds; default 1000
  --processes P    in parallel; default: one per core
  --minutes M      starts none after this time, whatever K is
  --keep-going     counts failures and continues, without reducing them
  --trace N        lines of the trace shown of a failure; default 60
  --schedule JSON  runs one schedule as a failure printed it; with --of telling one of that world
  --help

Ends with 1 if an invariant was broken, 2 for wrong usage, 3 if a run came to a standstill.
`;
const program = 'npm run simulate --';
const progressMs = 5_000;

interface Options {
  seed: number;
  schedules: number;
  processes: number;
  minutes: number;
  keepGoing: boolean;
  trace: number;
  worlds: readonly WorldName[];
}

const say = (text: string) => process.stderr.write(`${text}\n`);

async function runMany(options: Options): Promise<number> {
  const { seed, schedules, processes, keepGoing, minutes, trace, worlds } = options;
  const startedMs = systemClock.monotonicMs();
  const seconds = () => (systemClock.monotonicMs() - startedMs) / 1_000;
  let saidMs = startedMs;
  const totals = await runPool({
    seed,
    schedules,
    processes,
    keepGoing,
    worlds,
    goOn: () => seconds() < minutes * 60,
    onProgress(so, failures) {
      for (const failure of failures)
        say(`${failure.world}, seed ${failure.seed}: ${failure.invariant}: ${failure.detail}`);
      if (systemClock.monotonicMs() - saidMs < progressMs) return;
      saidMs = systemClock.monotonicMs();
      const rate = Math.round((so.schedules / seconds()) * 60);
      say(`${so.schedules} schedules, ${rate} a minute, ${so.failures.length} failed`);
    },
  });
  const tookSeconds = seconds();
  const [first] = totals.failures.sort((a, b) => a.seed - b.seed);
  if (first && !keepGoing) await showFailure(first.world, first.seed, trace);
  process.stdout.write(`seeds from ${seed}\n${totals.table(tookSeconds)}\n`);
  return first ? 1 : 0;
}

async function showFailure(world: WorldName, seed: number, traceLines: number): Promise<void> {
  if (world === 'fleet') {
    say(`to run it again: npm run simulate -- --of fleet --seed ${seed} --schedules 1`);
    return;
  }
  say(`seed ${seed} of ${world} failed: reducing its schedule …`);
  if (world === 'telling') {
    process.stdout.write(`${await shrunkTelling(seed)}\n\n`);
    return;
  }
  const schedule = drawSchedule(seed);
  const run = await simulate(schedule);
  const small = await shrink(schedule, run.problems[0]!.invariant);
  process.stdout.write(`${failureText(seed, run, small, await simulate(small), traceLines)}\n\n`);
}

async function runOne(text: string, traceLines: number): Promise<number> {
  const run = await simulate(scheduleOf(text));
  for (const line of traceLines > 0 ? run.trace.slice(-traceLines) : []) process.stdout.write(`${line}\n`);
  for (const { invariant, detail } of run.problems) process.stdout.write(`✗ ${invariant}: ${detail}\n`);
  process.stdout.write(`fingerprint ${run.fingerprint}, ${run.steps} steps\n`);
  return run.problems.length > 0 ? 1 : 0;
}

async function runTold(text: string): Promise<number> {
  const { problems, story } = await runTelling(JSON.parse(text) as Parameters<typeof runTelling>[0]);
  for (const line of story) process.stdout.write(`${line}\n`);
  for (const { invariant, detail } of problems) process.stdout.write(`✗ ${invariant}: ${detail}\n`);
  return problems.length > 0 ? 1 : 0;
}

function worldsIn(text: string | undefined): WorldName[] {
  const names = text?.split(',') ?? [];
  const unknown = names.find((name) => !worldNames.some((known) => known === name));
  if (unknown !== undefined)
    throw usageError(`--of: there is no '${unknown}'; there are ${worldNames}`, program);
  return names as WorldName[];
}

async function main(): Promise<number> {
  const config = {
    options: {
      of: { type: 'string' },
      seed: { type: 'string' },
      schedules: { type: 'string', default: '1000' },
      processes: { type: 'string', default: String(availableParallelism()) },
      minutes: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      trace: { type: 'string', default: '60' },
      schedule: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  } as const;
  const { values } = readArgs(config, program);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const trace = numberArg('trace', values.trace, program);
  const worlds = worldsIn(values.of);
  if (values.schedule !== undefined)
    return worlds[0] === 'telling' ? runTold(values.schedule) : runOne(values.schedule, trace);
  return runMany({
    worlds,
    seed:
      values.seed === undefined
        ? systemClock.nowMs() % 1_000_000_000
        : numberArg('seed', values.seed, program),
    schedules: numberArg('schedules', values.schedules, program),
    processes: numberArg('processes', values.processes, program, { min: 1 }),
    minutes:
      values.minutes === undefined
        ? Number.POSITIVE_INFINITY
        : numberArg('minutes', values.minutes, program, { whole: false }),
    keepGoing: values['keep-going'],
    trace,
  });
}

function scheduleOf(text: string): Schedule {
  try {
    return JSON.parse(text) as Schedule;
  } catch (error) {
    throw usageError(`--schedule: ${messageOf(error)}`, program);
  }
}

// A run that waits for ever keeps no process alive. The exit code must then not report success.
process.exitCode = standstill;
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = reportError(error);
  },
);
