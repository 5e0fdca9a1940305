import type { EndedInCloud } from '../contract/alerts/ended-in-cloud.ts';
import type { ConditionData } from '../contract/condition.ts';
import { timeText } from '../contract/envelope.ts';
import { withinBudget } from '../runtime/budget.ts';
import type { Timer } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import { rateLimit } from '../runtime/rate-limit.ts';
import type { Condition, Conditions, Finding, NotKnown } from './conditions.ts';
import { keyOf, OpenConditions, type OpenOptions } from './open-conditions.ts';

export interface ConditionsOptions<Facts> extends Omit<OpenOptions, 'mayWarn'> {
  conditions: Conditions<Facts>;
  facts(): Facts;
  random: Random;
}

export const checkEveryMs = 5_000;
const stopMsMax = 5_000;
const warnEveryMs = 60_000;
/** Conditions that are open at the same time. What is found beyond them waits until others have ended. */
export const openMax = 500;
/** Findings that are being watched; each condition is expected to find far fewer. */
const seenMax = 100_000;

/** How long something has been as it is now, in monotonic ms. */
interface Seen {
  /** Since when it is found without a gap; null while it is not. */
  foundMs: number | null;
  /** Since when it is not found; null while it is. */
  goneMs: number | null;
  /** Since when its severity differs from what was told. */
  otherMs: number | null;
  /** Wall time at which it was found first. */
  sinceMs: number;
}

/**
 * Asks every condition every few seconds, and tells what opens, changes its severity and ends, each once, also over a
 * restart.
 */
export class ConditionEvaluator<Facts> {
  private readonly options: ConditionsOptions<Facts>;
  private readonly seen = new Map<string, Seen>();
  private readonly mayWarn: () => boolean;
  private readonly open: OpenConditions;
  private timer: Timer | null = null;
  private latest: Facts | null = null;
  private work: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: ConditionsOptions<Facts>) {
    this.options = options;
    this.mayWarn = rateLimit(options.clock, warnEveryMs);
    this.open = new OpenConditions({ ...options, mayWarn: this.mayWarn });
  }

  async start(): Promise<void> {
    await this.open.load();
    this.plan();
  }

  /** Waits, for a bounded time, until the change in hand is durable; no other change is begun. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    const { clock, log } = this.options;
    await withinBudget(() => this.work, stopMsMax, clock).catch((error) =>
      log.warn(
        { problem: messageOf(error) },
        'a change of a condition was not made durable before the end; it is told after the next start',
      ),
    );
  }

  /** Without those that were closed by hand. */
  current(): readonly ConditionData[] {
    return this.open.all().filter(({ closed }) => !closed);
  }

  /** Tells the cloud, with the next look, what is open. */
  tellOpen(): void {
    this.open.tellOpen();
  }

  /** Ends those that are over in the cloud; the same may come again. Never rejects: the cloud sends again what fails. */
  async endedInCloud(alerts: readonly EndedInCloud[]): Promise<void> {
    this.work = this.work
      .then(async () => {
        for (const alert of this.stopped ? [] : alerts) await this.open.endedInCloud(alert);
      })
      .catch((error) => this.warn(error));
    await this.work;
  }

  /** Asks every condition now. Never rejects. */
  async check(): Promise<void> {
    this.work = this.work.then(() => this.checkAll());
    await this.work;
  }

  /** The facts of the latest check; null before the first. */
  facts(): Facts | null {
    return this.latest;
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = this.options.clock.setTimer(checkEveryMs, () => void this.check().then(() => this.plan()));
  }

  private async checkAll(): Promise<void> {
    if (this.stopped) return;
    try {
      await this.open.tellPending();
      const { conditions, clock } = this.options;
      const facts = this.options.facts();
      this.latest = facts;
      for (const open of this.open.all())
        if (!conditions.some(({ name }) => name === open.condition))
          await this.change('resolved', open, null, ['It is not watched for any more.']);
      for (const condition of conditions) {
        const findings = this.checked(condition, facts);
        // Nearly always there is nothing, and was nothing.
        const isCalm = findings.length === 0 && this.seen.size === 0 && this.open.size === 0;
        if (findings !== 'unknown' && !isCalm)
          await this.checkOne(condition, findings, facts, clock.monotonicMs());
      }
    } catch (error) {
      this.warn(error);
    }
  }

  private warn(error: unknown): void {
    if (this.mayWarn())
      this.options.log.warn(
        { problem: messageOf(error) },
        'a change of a condition of Harbinger itself could not be told; it is tried again',
      );
  }

  private async checkOne(
    condition: Condition<Facts>,
    checked: readonly (Finding | NotKnown)[],
    facts: Facts,
    nowMs: number,
  ): Promise<void> {
    const found = new Map<string, Finding | NotKnown>();
    for (const finding of checked) found.set(this.keyOfFinding(condition, finding), finding);
    for (const [key, finding] of found)
      if (!('isKnown' in finding)) await this.found(condition, key, finding, nowMs);
    const gone = new Set([...this.seen.keys(), ...this.open.keys()]);
    for (const key of gone)
      if (key.startsWith(`${condition.name} `) && !found.has(key))
        await this.gone(condition, key, facts, nowMs);
  }

  private checked(condition: Condition<Facts>, facts: Facts) {
    try {
      const open = this.open.all().filter((each) => each.condition === condition.name);
      return condition.check(facts, this.options.clock.nowMs(), open);
    } catch (error) {
      if (this.mayWarn())
        this.options.log.error(
          { condition: condition.name, problem: messageOf(error) },
          'a condition could not be checked',
        );
      return 'unknown';
    }
  }

  private async found(
    condition: Condition<Facts>,
    key: string,
    finding: Finding,
    nowMs: number,
  ): Promise<void> {
    const seen = this.seenOf(key);
    if (!seen) return;
    seen.goneMs = null;
    seen.foundMs ??= nowMs;
    const open = this.open.get(key);
    if (!open) {
      if (nowMs - seen.foundMs < condition.openAfterMs || this.open.size >= openMax) return;
      return this.change('opened', null, this.dataOf(condition, finding, seen), finding.reasons);
    }
    if (open.severity === finding.severity) {
      seen.otherMs = null;
      return;
    }
    seen.otherMs ??= nowMs;
    const delayMs = finding.severity === 'critical' ? condition.openAfterMs : condition.closeAfterMs;
    if (nowMs - seen.otherMs < delayMs) return;
    seen.otherMs = null;
    await this.change('updated', open, { ...open, severity: finding.severity }, finding.reasons);
  }

  private async gone(condition: Condition<Facts>, key: string, facts: Facts, nowMs: number): Promise<void> {
    const open = this.open.get(key);
    if (!open) {
      this.seen.delete(key);
      return;
    }
    const seen = this.seenOf(key);
    if (!seen) return;
    seen.foundMs = null;
    seen.goneMs ??= nowMs;
    if (nowMs - seen.goneMs < condition.closeAfterMs) return;
    await this.change('resolved', open, null, [this.ended(condition, open, facts)]);
    this.seen.delete(key);
  }

  private seenOf(key: string): Seen | null {
    const known = this.seen.get(key);
    if (known) return known;
    if (this.seen.size >= seenMax) return null;
    const fresh = { foundMs: null, goneMs: null, otherMs: null, sinceMs: this.options.clock.nowMs() };
    this.seen.set(key, fresh);
    return fresh;
  }

  private dataOf(condition: Condition<Facts>, finding: Finding, seen: Seen): ConditionData {
    const { random, clock, about } = this.options;
    const chance = Math.floor(random.next() * 2 ** 32).toString(36);
    return {
      conditionId: `${condition.name}-${clock.nowMs().toString(36)}-${chance}`,
      condition: condition.name,
      about: finding.about ?? about,
      ...(finding.item !== undefined && { item: finding.item }),
      severity: finding.severity,
      reasons: finding.reasons,
      ...(finding.drift && { drift: finding.drift }),
      since: timeText(finding.sinceMs ?? seen.sinceMs),
    };
  }

  /** Once it is stopping, nothing is told any more: what it finds is found again after the next start. */
  private async change(...change: Parameters<OpenConditions['change']>): Promise<void> {
    if (!this.stopped) await this.open.change(...change);
  }

  private ended(condition: Condition<Facts>, open: ConditionData, facts: Facts): string {
    try {
      return condition.ended(open, facts);
    } catch (error) {
      this.options.log.error(
        { condition: condition.name, problem: messageOf(error) },
        'there are no words for the end of a condition',
      );
      return 'It has ended.';
    }
  }

  private keyOfFinding(
    { name }: Condition<Facts>,
    { about = this.options.about, item }: Finding | NotKnown,
  ): string {
    return keyOf({ condition: name, about, ...(item !== undefined && { item }) });
  }
}
