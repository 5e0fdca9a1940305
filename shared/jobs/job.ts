/**
 * The seam of jobs: periodic work of gateway or cloud. A job is a folder of its side's jobs/ and a line in the registry
 * there; what it may call is handed in. When it runs, how long it may take and how runs are counted belong to the runner.
 */
import { type AnyPart, partOf } from '../parts/part.ts';
import type { Reporting } from '../parts/statistics.ts';

/** May report statistics that its kind declares. */
export interface Job extends Partial<Reporting> {
  /** Should stop when the signal aborts, which means that its time is up or the process stops. */
  run(signal: AbortSignal): Promise<void>;
  /** Default 60,000. */
  runMsMax?: number;
}

/** Fixes what the jobs of one side may call. Each has the settings that `jobSettings` makes, and any of its own. */
export const jobPart = <Deps>() => partOf<Deps, Job>();

export type AnyJobPart<Deps = never> = AnyPart<Deps, Job, void>;
