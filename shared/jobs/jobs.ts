import { createPart } from '../parts/registry.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { HarbingerError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { jobsIn } from './config.ts';
import type { AnyJobPart, Job } from './job.ts';
import { JobRunner, type JobStats, type ScheduledJob } from './job-runner.ts';

const stopMsMax = 5_000;

/** The periodic work of a process. */
export interface Jobs {
  start(): void;
  /** Aborts the current runs and waits at most 5 s for them; the log names those that are still running then. */
  stop(): Promise<void>;
  /** Runs one job now. @throws HarbingerError JOB_UNKNOWN */
  run(name: string): Promise<void>;
  stats(): JobStats[];
}

/** @throws HarbingerError JOB_SCHEDULE_INVALID, before anything runs */
export function createJobs(jobs: ScheduledJob[], { log, clock }: { log: Log; clock: Clock }): Jobs {
  const runners = jobs.map((job) => new JobRunner(job, clock, log));
  return {
    start() {
      for (const runner of runners) runner.start();
    },
    async stop() {
      const ended = Promise.all(runners.map((runner) => runner.stop()));
      await Promise.race([ended, sleep(clock, stopMsMax)]);
      const running = runners.filter((runner) => runner.stats().isRunning).map(({ name }) => name);
      if (running.length > 0) log.warn({ jobs: running }, 'jobs did not end when told to');
    },
    async run(name) {
      const runner = runners.find((candidate) => candidate.name === name);
      if (!runner) throw new HarbingerError('JOB_UNKNOWN', 'cli', `there is no job '${name}'`);
      await runner.run();
    },
    stats: () => runners.map((runner) => runner.stats()),
  };
}

/** The jobs of a registry, as the table `[jobs]` schedules them. @throws HarbingerError JOB_SCHEDULE_INVALID */
export async function createConfiguredJobs<Deps>(
  parts: readonly AnyJobPart<Deps>[],
  table: Readonly<Record<string, unknown>>,
  deps: Deps & { log: Log },
  clock: Clock,
): Promise<Jobs> {
  const jobs = jobsIn(parts, table).map(async (configured): Promise<ScheduledJob> => {
    const job = await createPart<Deps, Job>(parts, configured, deps);
    const { runMsMax } = job;
    return {
      name: configured.kind,
      schedule: configured.config.schedule,
      run: (signal) => job.run(signal),
      ...(runMsMax !== undefined && { runMsMax }),
    };
  });
  return createJobs(await Promise.all(jobs), { log: deps.log, clock });
}
