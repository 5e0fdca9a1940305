import type { ConditionAbout, ConditionData } from '../contract/condition.ts';
import { newEvent, timeText } from '../contract/envelope.ts';
import type { AlertEventChange, HarbingerEvent } from '../contract/events.ts';
import { withinBudget } from '../runtime/budget.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { codeOf, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { rateLimit } from '../runtime/rate-limit.ts';
import type { Condition, Conditions, Finding } from './conditions.ts';

export interface ConditionsOptions<Facts> {
  conditions: Conditions<Facts>;
  /** The process that finds them. */
  about: ConditionAbout;
  facts(): Facts;
  /** Makes an event durable; resolves when it is. The same event may be given again. */
  emit(event: HarbingerEvent): Promise<void>;
  kept: KeptConditions;
  clock: Clock;
  random: Random;
  log: Log;
}

/** State that is kept over restarts: the open conditions, and a change whose event may not have become durable. */
export interface KeptState {
  open: readonly ConditionData[];
  pending: PendingChange | null;
}

export interface PendingChange {
  event: HarbingerEvent;
  /** The condition as it is after the change; null if it has ended. */
  next: ConditionData | null;
}

export interface KeptConditions {
  load(): KeptState | Promise<KeptState>;
  save(state: KeptState): Promise<void>;
}

export const checkEveryMs = 5_000;
const emitMsMax = 10_000;
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
 * restart. One change is made durable after the other: until the event of one is, nothing else is told.
 */
export class ConditionEvaluator<Facts> {
  private readonly options: ConditionsOptions<Facts>;
  private readonly seen = new Map<string, Seen>();
  private readonly mayWarn: () => boolean;
  private open = new Map<string, ConditionData>();
  private pending: PendingChange | null = null;
  private timer: Timer | null = null;
  private work: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: ConditionsOptions<Facts>) {
    this.options = options;
    this.mayWarn = rateLimit(options.clock, warnEveryMs);
  }

  async start(): Promise<void> {
    const { open, pending } = await this.options.kept.load();
    this.open = new Map(open.filter((each) => this.mayTell(each)).map((each) => [keyOf(each), each]));
    this.pending = pending && this.mayTell(pending.event.data as ConditionData) ? pending : null;
    this.plan();
  }

  /** Waits, for a bounded time, until the change in hand is durable. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.work;
  }

  current(): readonly ConditionData[] {
    return [...this.open.values()];
  }

  /** Asks every condition now. Never rejects. */
  async check(): Promise<void> {
    this.work = this.work.then(() => this.checkAll());
    await this.work;
  }

  /** A gateway that has a new name may say nothing about its former one; the cloud ends that when it is told of the rename. */
  private mayTell({ about: { kind, name } }: ConditionData): boolean {
    const { about } = this.options;
    return about.kind === 'cloud' || (kind === about.kind && name === about.name);
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = this.options.clock.setTimer(checkEveryMs, () => void this.check().then(() => this.plan()));
  }

  private async checkAll(): Promise<void> {
    try {
      if (this.pending) await this.carryOut(this.pending);
      const { conditions, clock } = this.options;
      const facts = this.options.facts();
      const known = new Map(conditions.map((condition) => [condition.name, condition]));
      for (const open of this.open.values())
        if (!known.has(open.condition))
          await this.change('resolved', open, null, ['It is not watched for any more.']);
      for (const condition of conditions) await this.checkOne(condition, facts, clock.monotonicMs());
    } catch (error) {
      if (this.mayWarn())
        this.options.log.warn(
          { problem: messageOf(error) },
          'a change of a condition of Harbinger itself could not be told; it is tried again',
        );
    }
  }

  private async checkOne(condition: Condition<Facts>, facts: Facts, nowMs: number): Promise<void> {
    const checked = this.checked(condition, facts);
    if (checked === 'unknown') return;
    const found = new Map<string, Finding>();
    for (const finding of checked) found.set(this.keyOfFinding(condition, finding), finding);
    for (const [key, finding] of found) await this.found(condition, key, finding, nowMs);
    const gone = [...new Set([...this.keysOf(this.seen, condition), ...this.keysOf(this.open, condition)])];
    for (const key of gone) if (!found.has(key)) await this.gone(condition, key, facts, nowMs);
  }

  private checked(condition: Condition<Facts>, facts: Facts) {
    try {
      return condition.check(facts, this.options.clock.nowMs());
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
    await this.change('resolved', open, null, [condition.ended(open, facts)]);
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
      since: timeText(finding.sinceMs ?? seen.sinceMs),
    };
  }

  private async change(
    change: AlertEventChange,
    before: ConditionData | null,
    after: ConditionData | null,
    reasons: readonly string[],
  ): Promise<void> {
    const { about, clock, log } = this.options;
    const said = after ?? before!;
    const data = { ...said, reasons: reasons.map((reason) => reason.slice(0, 1_000)).slice(0, 8) };
    const timeMs = clock.nowMs();
    const id = `${said.conditionId}/${change}${change === 'updated' ? `/${timeMs.toString(36)}` : ''}`;
    const gateway = about.kind === 'gateway' ? about.name : null;
    const event = newEvent(`io.harbinger.condition.${change}.v1`, { gateway, id, timeMs }, data);
    const { condition, severity } = data;
    const where = `${data.about.kind} ${data.about.name}`;
    log.warn({ condition, where, item: data.item, severity, reasons: data.reasons }, `condition ${change}`);
    await this.carryOut({ event, next: after && data });
  }

  /** Saved before and after: what was told before a crash is told again with the same id, which its receiver knows. */
  private async carryOut(change: PendingChange): Promise<void> {
    this.pending = change;
    await this.save();
    try {
      await withinBudget(() => this.options.emit(change.event), emitMsMax, this.options.clock);
    } catch (error) {
      if (codeOf(error) !== 'EVENT_INVALID') throw error; // it stays pending
      this.options.log.error({ problem: messageOf(error) }, 'a condition cannot be told');
    }
    const data = change.event.data as ConditionData;
    if (change.next) this.open.set(keyOf(data), change.next);
    else this.open.delete(keyOf(data));
    this.pending = null;
    await this.save();
  }

  /** A disk that takes no state file, for example because it is full, must not keep its own alert from being told. */
  private async save(): Promise<void> {
    try {
      await this.options.kept.save({ open: this.current(), pending: this.pending });
    } catch (error) {
      if (this.mayWarn())
        this.options.log.warn({ problem: messageOf(error) }, 'the state of conditions could not be saved');
    }
  }

  private keyOfFinding({ name }: Condition<Facts>, { about = this.options.about, item }: Finding): string {
    return keyOf({ condition: name, about, ...(item !== undefined && { item }) });
  }

  private keysOf(map: ReadonlyMap<string, unknown>, { name }: Condition<Facts>): string[] {
    return [...map.keys()].filter((key) => key.startsWith(`${name} `));
  }
}

function keyOf({ condition, about, item = '' }: Pick<ConditionData, 'condition' | 'about' | 'item'>): string {
  return `${condition} ${about.kind} ${about.name} ${item}`;
}
