import { recordBegun } from '../../../shared/contract/envelope.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Outbox } from '../../ports/uplink.ts';

/**
 * Lets the cloud know that a record of what people have set is a new one, before anything of it is told: what the cloud was told by the one
 * before is in force no longer.
 */
export class NewRecord {
  /** Since when there is the record, in ms since 1970; null once the cloud knows of it. It is kept with the record. */
  sinceMs: number | null = null;
  private readonly gateway: string;
  private readonly record: 'limits' | 'maintenance';
  private readonly log: Log;

  constructor(gateway: string, record: 'limits' | 'maintenance', log: Log) {
    this.gateway = gateway;
    this.record = record;
    this.log = log;
  }

  /** Resolves with true when that is durable; with false if it could not be. Never rejects. */
  async isTold(outbox: Outbox): Promise<boolean> {
    if (this.sinceMs === null) return true;
    try {
      await outbox.event(recordBegun(this.gateway, this.record, this.sinceMs));
      this.sinceMs = null;
      return true;
    } catch (error) {
      this.log.warn(
        { record: this.record, problem: messageOf(error) },
        'the cloud was not told that a record is a new one; it is told again in some seconds',
      );
      return false;
    }
  }
}
