/** The table `[jobs]`, derived from a registry of jobs. */
import { Type } from '@sinclair/typebox';
import { type ConfigProblem, problemsIn } from '../config/problem.ts';
import { eachSound } from '../config/sound-view.ts';
import { tables } from '../parts/config.ts';
import { type Configured, configuredTables } from '../parts/registry.ts';
import type { AnyJobPart } from './job.ts';
import { parseSchedule, ScheduleText } from './schedule.ts';

/** The settings that every job has. @param fallback the default schedule */
export function jobSettings(fallback: string) {
  return {
    schedule: ScheduleText(
      fallback,
      'When it runs, in local time, as cron writes it: minute, hour, day, month, weekday; six fields with seconds first; or a nickname such as @daily.',
    ),
  };
}

export interface ConfiguredJob extends Configured {
  config: { schedule: string };
}

/** The table `[jobs.KIND]` for each registered job. */
export function jobsTable<const P extends readonly AnyJobPart[]>(jobs: P) {
  return Type.Object(tables(jobs), {
    additionalProperties: false,
    default: {},
    description: 'Periodic work. In this table `NAME = "…"` is short for the schedule of `[jobs.NAME]`.',
  });
}

/** Expands `NAME = "schedule"`, before validation. */
export function withSchedulesWrittenOut(jobs: unknown): unknown {
  if (typeof jobs !== 'object' || jobs === null || Array.isArray(jobs)) return jobs;
  return Object.fromEntries(
    Object.entries(jobs).map(([name, value]) => [
      name,
      typeof value === 'string' ? { schedule: value } : value,
    ]),
  );
}

export function jobsIn(jobs: readonly AnyJobPart[], table: Readonly<Record<string, unknown>>) {
  return configuredTables(jobs, table, 'jobs') as ConfiguredJob[];
}

/** Returns the problems of the jobs' schedules. */
export function scheduleProblems(
  jobs: readonly AnyJobPart[],
  table: Readonly<Record<string, unknown>>,
): ConfigProblem[] {
  return eachSound(jobsIn(jobs, table), ({ kind, config, place }) =>
    problemsIn(`${place}.schedule`, () => parseSchedule(kind, config.schedule)),
  );
}
