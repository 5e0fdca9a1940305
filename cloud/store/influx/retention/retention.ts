/**
 * Retention in an InfluxDB 1 or 2 (cloud/store/influx/retention): this file composes a pass, which deletes what is too
 * old (delete.ts) and replaces what is old by means (thin.ts), in pieces. InfluxDB gives the space back itself, and tells
 * nobody how much it takes, so there is no bound in bytes. When a pass is made is the job's business
 * (cloud/jobs/retention).
 */
import { type Clock, sleep } from '../../../../shared/runtime/clock.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import type {
  MeasurementOutcome,
  MeasurementRule,
  RetentionOutcome,
  RetentionPass,
  RetentionRules,
  StoreRetention,
} from '../../../ports/retention/store-retention.ts';
import { StoreUnavailableError } from '../../errors.ts';
import { deleteBefore } from './delete.ts';
import type { FieldTypes } from './means.ts';
import { RangeLock } from './range-lock.ts';
import { Replacement } from './replacement.ts';
import { RetentionServer, type RetentionServerDeps } from './server.ts';
import { type ThinnerDeps, thinBefore } from './thin.ts';
import { ThinnedDays } from './thinned-days.ts';
import { Work } from './work.ts';

export interface InfluxRetentionDeps extends RetentionServerDeps {
  /** The cloud's data folder. */
  dataDir: string;
  clock: Clock;
  log: Log;
}

export class InfluxRetention implements StoreRetention {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timeoutMs: number;
  readonly #server: RetentionServer;
  readonly #lock = new RangeLock();
  readonly #replacement: Replacement;
  readonly #days: ThinnedDays;

  constructor(deps: InfluxRetentionDeps) {
    const { dataDir, clock, log, config } = deps;
    this.#clock = clock;
    this.#log = log;
    this.#timeoutMs = config.timeoutMs;
    this.#server = new RetentionServer(deps);
    this.#replacement = new Replacement(dataDir, { server: this.#server, lock: this.#lock, log });
    this.#days = new ThinnedDays(dataDir, this.#server.identity);
  }

  /** Takes up what an earlier process has begun, and completes it if the server answers. Call it before any write. */
  async start(): Promise<void> {
    await this.#replacement.open();
    try {
      await this.#replacement.complete();
    } catch (error) {
      this.#log.warn({ error: messageOf(error) }, 'a piece of thinning that was begun is completed later');
    }
  }

  /** Runs a write when none of its lines is in a span that is being thinned. @throws HarbingerError STORE_UNAVAILABLE */
  async write<T>(lines: Buffer, signal: AbortSignal, write: () => Promise<T>): Promise<T> {
    for (let waiting = this.#lock.waitFor(lines); waiting; waiting = this.#lock.waitFor(lines)) {
      const over = new AbortController();
      const late = sleep(this.#clock, this.#timeoutMs, AbortSignal.any([signal, over.signal]));
      this.#replacement.complete().catch(() => undefined);
      const isFree = await Promise.race([waiting.then(() => true), late.then(() => false)]);
      over.abort();
      if (!isFree)
        throw new StoreUnavailableError('readings of a time that is being thinned wait until that is done');
    }
    return this.#lock.write(write);
  }

  /** InfluxDB does not say how much space a database takes. */
  async space(): Promise<null> {
    return null;
  }

  async apply(rules: RetentionRules, pass: RetentionPass): Promise<RetentionOutcome> {
    await this.#replacement.complete();
    const work = new Work(this.#clock, pass.signal);
    const outcome: RetentionOutcome = { measurements: [], isComplete: true, notes: [] };
    if (rules.bound)
      outcome.notes.push('InfluxDB does not say how much space it takes: there is no bound in bytes');
    if (pass.realMs > 0 && !work.isOver) {
      for (const measurement of await this.#server.measurements()) {
        if (work.isOver) break;
        const done = await this.#age(work, measurement, rules.ruleOf(measurement), pass, outcome.notes);
        if (done.deleted + done.thinned > 0) outcome.measurements.push(done);
      }
      await this.#days.save();
    }
    return { ...outcome, isComplete: !work.isOver };
  }

  async #age(
    work: Work,
    measurement: string,
    { keepMs, thin }: MeasurementRule,
    { realMs, isDryRun }: RetentionPass,
    notes: string[],
  ): Promise<MeasurementOutcome> {
    const outcome = { measurement, deleted: 0, deletedForSpace: 0, thinned: 0, means: 0 };
    const keptFromMs = keepMs === null ? 0 : Math.floor(realMs - keepMs);
    const thinnedToMs = thin === null ? 0 : Math.floor(realMs - thin.afterMs);
    const beforeMs = Math.max(keptFromMs, thinnedToMs);
    if (beforeMs <= 0) return outcome;
    const wide = await this.#server.tooWide(measurement);
    if (wide) {
      notes.push(
        `nothing of ${measurement} is deleted or thinned: InfluxDB would need too much memory for its ${wide.fields} fields and at least ${wide.machines} machines; let InfluxDB delete by a retention policy of its own`,
      );
      return outcome;
    }
    const other = await this.#server.otherPolicyWith(measurement, beforeMs);
    if (other !== null) {
      notes.push(
        `nothing of ${measurement} is deleted: the retention policy ${other} has old points of it too, and InfluxDB 1 deletes from all policies of a database at once`,
      );
      return outcome;
    }
    if (keptFromMs > 0) {
      outcome.deleted = await deleteBefore(work, this.#server, measurement, keptFromMs, isDryRun);
      if (!isDryRun) this.#days.forget(measurement, keptFromMs);
    }
    if (thin === null || thinnedToMs <= 0 || work.isOver) return outcome;
    const types = await this.#typesOf(measurement, notes);
    if (!types) return outcome;
    const job = { measurement, types, widthMs: thin.widthMs, isDryRun };
    return { ...outcome, ...(await thinBefore(work, this.#thinner, job, thinnedToMs)) };
  }

  get #thinner(): ThinnerDeps {
    return {
      server: this.#server,
      lock: this.#lock,
      replacement: this.#replacement,
      days: this.#days,
      clock: this.#clock,
    };
  }

  /** Null if there are no means of it. */
  async #typesOf(measurement: string, notes: string[]): Promise<FieldTypes | null> {
    const found = await this.#server.fieldTypes(measurement);
    const types = new Map<string, string>();
    for (const [field, [type, ...others]] of found) {
      if (others.length > 0) {
        notes.push(
          `${measurement} is not thinned: its field ${field} has several types, ${[type, ...others].join(' and ')}`,
        );
        return null;
      }
      types.set(field, type!);
    }
    return [...types.values()].some((type) => type === 'float' || type === 'integer' || type === 'unsigned')
      ? types
      : null;
  }
}
