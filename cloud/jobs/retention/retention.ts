/**
 * Retention (cloud/jobs/retention): asks the store to delete and thin what is old by the rules of the configuration, and
 * says what was done. How it is done is the business of each store (cloud/store).
 *
 * The wall clock alone deletes nothing: ages are taken from a SettledTime, which follows a jump forward only after the
 * clock has been the same for a day (for ages below ten days: for a tenth of the age).
 */
import { SettledTime, spanForAge } from '../../../shared/bounds/settled-time.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { CloudJobDeps } from '../../ports/job.ts';
import type { RecordRetention } from '../../ports/retention/record-retention.ts';
import type { RetentionAdmin, RetentionReport, RetentionState } from '../../ports/retention/retention.ts';
import type { RetentionOutcome, StoreSpace } from '../../ports/retention/store-retention.ts';
import type { ReadingStore } from '../../ports/store.ts';
import type { RetentionConfig } from './config.ts';
import { daysToBound, type SpaceSample, withSample } from './growth.ts';
import { readState, writeState } from './kept-state.ts';
import { boundOf, rulesOf, shortestAgeMs } from './rules.ts';
import { RetentionTotals } from './statistics.ts';

/** Most of the ten minutes between two runs. */
const passMsMax = 240_000;
/** For a person who waits for the answer; HTTP clients wait longer. */
const manualMsMax = 30_000;
/** With fewer days left, the log says so. */
const warnDays = 30;
const warnEveryMs = 86_400_000;
const dayMs = 86_400_000;

export function createRetention(config: RetentionConfig, deps: CloudJobDeps): Retention {
  const retention = new Retention(config, deps);
  deps.offerRetention(retention);
  if (config.whenFull === 'refuse') deps.store.retention?.guard?.((space) => rulesOf(config, space));
  return retention;
}

class Retention implements Job, RetentionAdmin {
  readonly runMsMax = passMsMax + 60_000;
  private readonly config: RetentionConfig;
  private readonly store: ReadingStore;
  private readonly records: RecordRetention;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly dataDir: string;
  private readonly time: SettledTime;
  private readonly spanMs: number;
  private readonly totals = new RetentionTotals();
  private stored: SpaceSample[];
  private space: StoreSpace | null = null;
  private last: RetentionReport | null;
  private isRunning = false;
  private warnedMs = Number.NEGATIVE_INFINITY;
  /** Work that passes leave undone, as the log named it last. */
  private saidUndone = '';

  constructor(config: RetentionConfig, { store, records, clock, log, dataDir }: CloudJobDeps) {
    this.config = config;
    this.store = store;
    this.records = records;
    this.clock = clock;
    this.log = log;
    this.dataDir = dataDir;
    const kept = readState(dataDir);
    this.spanMs = spanForAge(shortestAgeMs(config) ?? 10 * dayMs);
    this.time = new SettledTime(clock, this.spanMs, kept.time);
    this.stored = kept.samples;
    this.last = kept.last;
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.isRunning) return;
    await this.timed(passMsMax, signal, false);
    this.warn();
  }

  pass({ isDryRun }: { isDryRun: boolean }): Promise<RetentionReport> {
    return this.timed(manualMsMax, new AbortController().signal, isDryRun);
  }

  state(): RetentionState {
    const { space, config, stored, last } = this;
    const boundBytes = boundOf(config, space);
    const now = space && { atMs: this.clock.nowMs(), usedBytes: space.usedBytes };
    return {
      isSupported: this.store.retention !== undefined,
      clockWaitsMs: shortestAgeMs(config) === null ? 0 : this.time.waitsMs,
      space,
      boundBytes,
      whenFull: config.whenFull,
      daysToBound: now && boundBytes !== null ? daysToBound(stored, now, boundBytes) : null,
      last,
    };
  }

  samples() {
    return this.totals.samples(this.state());
  }

  status(): RetentionState {
    return this.state();
  }

  private async timed(limitMs: number, signal: AbortSignal, isDryRun: boolean): Promise<RetentionReport> {
    if (this.isRunning)
      throw new HarbingerError('RETENTION_RUNS', 'store', 'a pass of retention is being made already', {
        retry: true,
      });
    this.isRunning = true;
    const over = new AbortController();
    const abort = () => over.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void sleep(this.clock, limitMs, over.signal).then(() => over.abort());
    try {
      return await this.report(over.signal, isDryRun);
    } finally {
      over.abort();
      signal.removeEventListener('abort', abort);
      this.isRunning = false;
    }
  }

  private async report(signal: AbortSignal, isDryRun: boolean): Promise<RetentionReport> {
    const beganMs = this.clock.monotonicMs();
    const records = await this.records.deleteOld({ isDryRun, signal });
    if (!isDryRun) this.totals.addRecords(records);
    if (!isDryRun && records.length > 0) this.log.info({ records }, 'retention of records');
    const before = await this.look();
    const outcome = await this.apply(before, signal, isDryRun);
    const after = isDryRun ? before : await this.look();
    const report: RetentionReport = {
      ...outcome,
      records,
      atMs: this.clock.nowMs(),
      durationMs: Math.round(this.clock.monotonicMs() - beganMs),
      isDryRun,
      returnedBytes: before && after ? before.diskBytes - after.diskBytes : 0,
    };
    if (isDryRun) return report;
    this.last = report;
    this.totals.add(report);
    await this.keep();
    const { measurements, notes, returnedBytes, durationMs } = report;
    if (measurements.length > 0)
      this.log.info({ measurements, notes, returnedBytes, durationMs }, 'retention');
    this.warnOfUndone(notes);
    return report;
  }

  /** Says what a pass has left undone, once: a pass that could delete nothing is otherwise not in the log. */
  private warnOfUndone(notes: readonly string[]): void {
    const undone = this.store.retention ? notes.join('; ') : '';
    if (undone !== '' && undone !== this.saidUndone)
      this.log.warn({ notes }, 'retention leaves something undone');
    this.saidUndone = undone;
  }

  private apply(space: StoreSpace | null, signal: AbortSignal, isDryRun: boolean): Promise<RetentionOutcome> {
    const { retention, kind } = this.store;
    if (!retention) {
      const notes = [`the store '${kind}' deletes nothing for Harbinger: use its own means`];
      return Promise.resolve({ measurements: [], isComplete: true, notes });
    }
    return retention.apply(rulesOf(this.config, space), { realMs: this.time.atLeastMs, isDryRun, signal });
  }

  private async look(): Promise<StoreSpace | null> {
    this.time.observe();
    this.space = (await this.store.retention?.space()) ?? null;
    if (this.space) {
      const sample = { atMs: this.clock.nowMs(), usedBytes: this.space.usedBytes };
      this.stored = withSample(this.stored, sample);
    }
    return this.space;
  }

  private async keep(): Promise<void> {
    try {
      await writeState(this.dataDir, { time: this.time.saved(), samples: this.stored, last: this.last });
    } catch (error) {
      this.log.warn({ error: messageOf(error) }, 'what retention has to remember could not be written');
    }
  }

  /** Says in the log, once a day, that the bound is near. */
  private warn(): void {
    const { daysToBound: days, boundBytes, whenFull } = this.state();
    const nowMs = this.clock.monotonicMs();
    if (days === null || days > warnDays || nowMs - this.warnedMs < warnEveryMs) return;
    this.warnedMs = nowMs;
    const what = whenFull === 'refuse' ? 'nothing new is stored' : 'the oldest readings are deleted';
    this.log.warn(
      { days: Math.round(days * 10) / 10, boundBytes },
      `the store reaches its bound in this time, and then ${what}: set [jobs.retention], or give it a larger disk`,
    );
  }
}
