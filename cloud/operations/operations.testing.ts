import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { transition } from '../alerts/lifecycle.ts';
import { OperationsConfig } from './config.ts';
import { openOperations, type StoredOperations } from './operations.ts';

export const journal = '00000000000000aa';

/** Operations on a folder of their own, with two notifiers that hear of everything. */
export class TestOperations {
  readonly clock = manualClock();
  readonly dataDir = mkdtempSync(join(tmpdir(), 'harbinger-operations-'));
  now: StoredOperations = this.open();

  open(limits: Partial<OperationsConfig> = {}): StoredOperations {
    const config = compileValidator(OperationsConfig)({ ...limits }, (problem) => new Error(problem));
    const rules = { transition, recipients: () => ['mail', 'hook'] };
    return openOperations(config, { dataDir: this.dataDir, clock: this.clock, rules, log: silentLog });
  }

  async reopen(limits?: Partial<OperationsConfig>): Promise<void> {
    await this.now.close();
    this.now = this.open(limits);
  }

  apply(events: HarbingerEvent[], lastSeq = 0): Promise<void> {
    return this.now.applyEvents({ gateway: 'north', journal, lastSeq, events });
  }

  async remove(): Promise<void> {
    await this.now.close();
    rmSync(this.dataDir, { recursive: true });
  }
}
