import { jobPart } from '../../shared/jobs/job.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { DeadLetterOperations } from './dead-letters.ts';
import type { OpenRecords } from './records.ts';
import type { RefusedOperations } from './refused-batches.ts';
import type { Outbox } from './uplink.ts';

/**
 * Everything of the gateway that a periodic job may use, so that a new one is a folder and a line. What concerns the data
 * thread is sent there; each call has a limit of a minute. A job starts after the data thread and stops before it.
 */
export interface GatewayJobDeps {
  /** The gateway's name. */
  gateway: string;
  clock: Clock;
  random: Random;
  log: Log;
  /** The gateway's data folder; a job keeps what it has to remember in a file or folder there, named after its kind. */
  dataDir: string;
  /** Opens records, for a job that remembers more than fits a file. */
  openRecords: OpenRecords;
  /** Makes events and estimates durable, and sends them to the cloud. */
  outbox: Outbox;
  deadLetters: DeadLetterOperations & {
    /** Drops letters that are older than deadLetters.ageDaysMax. */
    dropOld(): Promise<{ deadLettersDropped: number }>;
  };
  refused: RefusedOperations;
  /** Summarises the gateway's state in one line. */
  summary(): Promise<Readonly<Record<string, unknown>>>;
}

export const gatewayJobPart = jobPart<GatewayJobDeps>();
