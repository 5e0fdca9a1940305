import { recordKnown } from '../../../shared/contract/envelope.ts';
import type { RecordBegun } from '../../../shared/contract/notices/record-begun.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Outbox } from '../../ports/uplink.ts';

/** Settings that are told again at a start; of more the cloud learns only which there are. */
export const retoldMax = 1_000;

export interface KnownRecord {
  gateway: string;
  record: RecordBegun['record'];
  names: readonly string[];
  nowMs: number;
  log: Log;
}

/**
 * Tells the cloud at a start what a record holds: it may be an older copy that was put back, and the cloud is to show what is in force.
 * Resolves with false if that failed. Never rejects.
 */
export async function tellKnown(
  outbox: Outbox,
  { gateway, record, names, nowMs, log }: KnownRecord,
): Promise<boolean> {
  try {
    await Promise.all(recordKnown(gateway, record, names, nowMs).map((event) => outbox.event(event)));
    return true;
  } catch (error) {
    log.warn(
      { record, problem: messageOf(error) },
      'the cloud was not told what is set here; it is told again in some seconds',
    );
    return false;
  }
}
