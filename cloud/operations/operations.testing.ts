import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskOf } from '../../shared/contract/batch.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { type Log, silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { transition } from '../alerts/lifecycle.ts';
import type { AlertRules } from '../ports/alerts.ts';
import { OperationsConfig } from './config.ts';
import { openOperations, type StoredOperations } from './operations.ts';

export const journal = '00000000000000aa';

/** Rules of tests in which nobody does anything about an alert. */
export const nothingHeld: Pick<AlertRules, 'isHeld' | 'afterDeed' | 'afterShelf'> = {
  isHeld: () => false,
  afterDeed: (alert) => alert,
  afterShelf: () => null,
};

/** Operations in a temporary folder, with two notifiers that hear of every change. */
export class TestOperations {
  /** Begins after the events of tests. */
  readonly clock = manualClock(Date.UTC(2026, 2, 1, 12));
  readonly dataDir = mkdtempSync(join(tmpdir(), 'harbinger-operations-'));
  /** Warnings so far. */
  readonly logged: { fields: object; text: string }[] = [];
  /** The changes that notifiers hear of, if not of all. */
  changes: Record<string, string[]> = {};
  /** The groups of notifiers, if they have any. */
  groups: Record<string, string> = {};
  /** Rules that replace those of the tests, from the next opening on. */
  rules: Partial<AlertRules> = {};
  now: StoredOperations = this.open();

  open(limits: Partial<OperationsConfig> = {}): StoredOperations {
    const config = compileValidator(OperationsConfig)({ ...limits }, (problem) => new Error(problem));
    const rules = {
      ...nothingHeld,
      transition,
      recipients: ({ change }: { change: string }) =>
        ['mail', 'hook'].filter((each) => this.changes[each]?.includes(change) ?? true),
      groupOf: (notifier: string) => this.groups[notifier],
      isForPeople: (notifier: string) => notifier === 'mail',
      ...this.rules,
    };
    return openOperations(config, {
      dataDir: this.dataDir,
      clock: this.clock,
      rules,
      log: this.log(),
      failed: () => {},
    });
  }

  private log(): Log {
    const warn = (fields: object, text: string) => void this.logged.push({ fields, text });
    return Object.assign(Object.create(silentLog) as Log, { warn });
  }

  async reopen(limits?: Partial<OperationsConfig>): Promise<void> {
    await this.now.close();
    this.now = this.open(limits);
  }

  /** Stores that a machine has sent a reading, as the sink does. */
  heard(
    { gateway, site, machine }: { gateway: string; site: string; machine: string },
    lastSeenMs = this.clock.nowMs(),
  ): Promise<void> {
    const machines = [{ site, machine, machineType: 'pump', lastSeenMs }];
    const place = { gateway, journal, lane: 'readings', firstSeq: 0, lastSeq: 0 } as const;
    return this.now.watermarks.advance({ ...place, machines });
  }

  /** Applies events as the sink does; with `lastSeq`, moves the watermark of the events lane afterwards. */
  async apply(events: HarbingerEvent[], lastSeq = 0): Promise<void> {
    const place = lastSeq === 0 ? undefined : { disk: diskOf(journal), seq: lastSeq };
    await this.now.events.apply('north', events, place);
    if (lastSeq === 0) return;
    await this.now.watermarks.advance({
      gateway: 'north',
      journal,
      lane: 'events',
      firstSeq: lastSeq,
      lastSeq,
      machines: [],
    });
  }

  async remove(): Promise<void> {
    await this.now.close();
    rmSync(this.dataDir, { recursive: true });
  }
}
