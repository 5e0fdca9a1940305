/**
 * Jobs (shared/jobs): periodic work of a process. A job is a folder in its jobs/ and a line in the registry there (today
 * gateway/jobs). The operations that it may call are injected. Schedule, time limit and counts belong to the runner.
 */
import { type AnyPart, partOf } from '../parts/part.ts';
import type { Seam } from '../parts/seam.ts';
import type { Reporting } from '../parts/statistics.ts';

/** May report statistics that its kind declares. */
export interface Job extends Partial<Reporting> {
  /** Should stop when the signal aborts, which means that its time is up or the process stops. */
  run(signal: AbortSignal): Promise<void>;
  /** Default 60,000. */
  runMsMax?: number;
}

/**
 * Fixes the operations that the jobs of a process may call. Each has the settings of `jobSettings`, and may have
 * its own.
 */
export const jobPart = <Deps>() => partOf<Deps, Job>();

export type AnyJobPart<Deps = never> = AnyPart<Deps, Job, void>;

/** The reports of the jobs of a process. In the status, `jobs` is the list of their runs. */
export const jobSeam = (parts: readonly AnyJobPart[]): Seam => ({
  heading: 'Job',
  parts,
  group: 'jobReports',
});
