import { jobPart } from '../../shared/jobs/job.ts';
import type { Log } from '../../shared/runtime/log.ts';

/** What the gateway's periodic jobs may call. */
export interface GatewayJobDeps {
  log: Log;
  /** How the gateway is, in one line. */
  summary(): Promise<Readonly<Record<string, unknown>>>;
  /** Drops what is older than its configured age. Resolves with what was dropped. */
  retain(): Promise<Readonly<Record<string, unknown>>>;
}

export const gatewayJobPart = jobPart<GatewayJobDeps>();
