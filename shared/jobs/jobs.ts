import { createPart } from '../parts/registry.ts';
import { readSeam, reporterOfSeam } from '../parts/seam.ts';
import { type Reporter, reporterOfRoom } from '../parts/statistics.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { HarbingerError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { jobsIn } from './config.ts';
import { type AnyJobPart, type Job, jobSeam } from './job.ts';
import { JobRunner, type JobStats, type ScheduledJob } from './job-runner.ts';
import { jobsReport } from './statistics.ts';

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
      if (running.length > 0) log.warn({ jobs: running }, 'jobs did not stop when aborted');
    },
    async run(name) {
      const runner = runners.find((candidate) => candidate.name === name);
      if (!runner) throw new HarbingerError('JOB_UNKNOWN', 'cli', `there is no job '${name}'`);
      await runner.run();
    },
    stats: () => runners.map((runner) => runner.stats()),
  };
}

export interface ConfiguredJobs extends Jobs {
  /** Reports the runs of the jobs, and the statistics of each kind of job. */
  reporters: Reporter[];
}

/** Creates the jobs of a registry, scheduled by the table `[jobs]`. @throws HarbingerError JOB_SCHEDULE_INVALID */
export async function createConfiguredJobs<Deps>(
  parts: readonly AnyJobPart<Deps>[],
  table: Readonly<Record<string, unknown>>,
  deps: Deps & { log: Log },
  clock: Clock,
): Promise<ConfiguredJobs> {
  const created = await Promise.all(
    jobsIn(parts, table).map(async (configured) => {
      const job = await createPart<Deps, Job>(parts, configured, deps);
      return { configured, job };
    }),
  );
  const scheduled = created.map(({ configured: { kind, config }, job }): ScheduledJob => {
    const { runMsMax } = job;
    const run = (signal: AbortSignal) => job.run(signal);
    return { name: kind, schedule: config.schedule, run, ...(runMsMax !== undefined && { runMsMax }) };
  });
  const jobs = createJobs(scheduled, { log: deps.log, clock });
  const ofRunner = reporterOfRoom(jobsReport, () => ({ jobs: jobs.stats() }));
  const running = created.map(({ configured: { kind }, job }) => ({ name: kind, made: job }));
  return { ...jobs, reporters: [ofRunner, reporterOfSeam(jobSeam(parts), () => readSeam(running))] };
}
