/**
 * Retention in the embedded store (cloud/store/embedded/retention): this file composes a pass: delete what is too old
 * (delete.ts), thin what is old (thin.ts), keep the bound (bound.ts), and give space back (space.ts). Each works in
 * pieces of bounded size, one transaction each, and storing goes on between them. When a pass is made is the job's
 * business (cloud/jobs/retention).
 */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type {
  MeasurementOutcome,
  MeasurementRule,
  RetentionOutcome,
  RetentionPass,
  RetentionRules,
  StoreRetention,
  StoreSpace,
} from '../../../ports/retention/store-retention.ts';
import { deleteOldest, isOver } from './bound.ts';
import { deleteBefore } from './delete.ts';
import { giveBack, readSpace } from './space.ts';
import { hourNs, type Target, targetsOf, toNs } from './targets.ts';
import { forgetThinned, thinBefore } from './thin.ts';
import { type RetentionDeps, Work } from './work.ts';

export class EmbeddedRetention implements StoreRetention {
  readonly #deps: RetentionDeps;

  #refusal: string | null = null;
  /** Rules whose bound has not been looked at since the start. */
  #unchecked: ((space: StoreSpace) => RetentionRules) | null = null;
  #checking: Promise<void> | null = null;

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
  }

  /** Why nothing new is stored at present; null if it is. */
  get refusal(): string | null {
    return this.#refusal;
  }

  guard(rulesFor: (space: StoreSpace) => RetentionRules): void {
    this.#unchecked = rulesFor;
  }

  /** Resolves when `refusal` is known; null if it is. @throws HarbingerError STORE_UNAVAILABLE, STORE_BUSY (retry) */
  unknownYet(): Promise<void> | null {
    if (!this.#unchecked) return null;
    this.#checking ??= this.#check(this.#unchecked).finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #check(rulesFor: (space: StoreSpace) => RetentionRules): Promise<void> {
    const { bound } = rulesFor(await this.space());
    const work = new Work(this.#deps, new AbortController().signal);
    const refuses = bound?.whenFull === 'refuse' && (await isOver(work, bound.bytesMax));
    if (!this.#unchecked) return;
    this.#unchecked = null;
    this.#refusal = refuses ? refusalAt(bound.bytesMax) : null;
  }

  async space(): Promise<StoreSpace> {
    const { blocks, bsize } = await statfs(dirname(this.#deps.path));
    return { ...(await this.#deps.read(readSpace)), diskSizeBytes: blocks * bsize };
  }

  async apply(rules: RetentionRules, pass: RetentionPass): Promise<RetentionOutcome> {
    const work = new Work(this.#deps, pass.signal);
    const totals = new Totals();
    for (const target of await this.#deps.read(targetsOf)) {
      if (!work.isOver) await this.#age(work, target, rules.ruleOf(target.measurement), pass, totals);
    }
    const notes = await this.#keepBound(work, rules, pass.isDryRun, totals);
    const isComplete = pass.isDryRun || (await giveBack(work));
    return { measurements: totals.changed(), isComplete: isComplete && !work.isOver, notes };
  }

  /** Deletes and thins one measurement by the age of its readings. */
  async #age(
    work: Work,
    target: Target,
    { keepMs, thin }: MeasurementRule,
    { realMs, isDryRun }: RetentionPass,
    totals: Totals,
  ): Promise<void> {
    const outcome = totals.of(target.measurement);
    const keptFromMs = keepMs === null ? 0 : realMs - keepMs;
    if (keptFromMs > 0) {
      outcome.deleted += await deleteBefore(work, target, toNs(keptFromMs), isDryRun);
      if (!isDryRun) await forgetThinned(work, target, toNs(keptFromMs) - hourNs);
    }
    const thinnedToMs = thin === null ? 0 : realMs - thin.afterMs;
    if (thin === null || thinnedToMs <= 0 || work.isOver) return;
    const span = { beforeNs: toNs(thinnedToMs), widthNs: toNs(thin.widthMs) };
    const { thinned, means } = await thinBefore(work, target, span, isDryRun);
    outcome.thinned += thinned;
    outcome.means += means;
  }

  async #keepBound(
    work: Work,
    { bound }: RetentionRules,
    isDryRun: boolean,
    totals: Totals,
  ): Promise<string[]> {
    if (work.isOver) return [];
    const isFull = bound !== null && (await isOver(work, bound.bytesMax));
    const refuses = isFull && bound.whenFull === 'refuse';
    if (!isDryRun) {
      this.#unchecked = null;
      this.#refusal = refuses ? refusalAt(bound.bytesMax) : null;
    }
    if (refuses) return [refusalAt(bound.bytesMax)];
    if (!isFull) return [];
    return deleteOldest(work, bound.bytesMax, isDryRun, (measurement, rows) => {
      totals.of(measurement).deletedForSpace += rows;
    });
  }
}

function refusalAt(bytesMax: number): string {
  return `readings take more than the ${bytesMax} bytes of jobs.retention.bytesMax or diskShareMax, and whenFull is refuse: gateways keep what is new until there is room`;
}

class Totals {
  readonly #outcomes = new Map<string, MeasurementOutcome>();

  of(measurement: string): MeasurementOutcome {
    let outcome = this.#outcomes.get(measurement);
    if (!outcome) {
      outcome = { measurement, deleted: 0, deletedForSpace: 0, thinned: 0, means: 0 };
      this.#outcomes.set(measurement, outcome);
    }
    return outcome;
  }

  changed(): MeasurementOutcome[] {
    return [...this.#outcomes.values()].filter(
      ({ deleted, deletedForSpace, thinned }) => deleted + deletedForSpace + thinned > 0,
    );
  }
}
