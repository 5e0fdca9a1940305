import { jobPart } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';

/** The operations of the gateway that its periodic jobs may call. */
export interface GatewayJobDeps {
  log: Log;
  /** Summarises the gateway's state in one line. */
  summary(): Promise<Readonly<Record<string, unknown>>>;
  /** Drops data older than their configured age. Resolves with the counts of what was dropped. */
  retain(): Promise<Readonly<Record<string, unknown>>>;
}

export const gatewayJobPart = jobPart<GatewayJobDeps>();
