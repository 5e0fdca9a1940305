import { type Closed, closedText } from '../contract/alerts/closed.ts';
import type { EndedInCloud } from '../contract/alerts/ended-in-cloud.ts';
import type { ConditionAbout, ConditionData } from '../contract/condition.ts';
import { newEvent, recordBegun, recordKnown } from '../contract/envelope.ts';
import type { AlertEventChange, HarbingerEvent } from '../contract/events.ts';
import { withinBudget } from '../runtime/budget.ts';
import type { Clock } from '../runtime/clock.ts';
import { codeOf, messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';

/** State that is kept over restarts: the open conditions, and a change whose event may not have become durable. */
export interface KeptState {
  open: readonly ConditionData[];
  pending: PendingChange | null;
  /** There is no earlier state, or it is lost: what was open before has nobody who ends it. */
  isNew?: boolean;
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

export interface OpenOptions {
  /** The process that finds them. */
  about: ConditionAbout;
  /** Makes an event durable; resolves when it is. The same event may be given again. */
  emit(event: HarbingerEvent): Promise<void>;
  kept: KeptConditions;
  clock: Clock;
  log: Log;
  /** Whether another warning may be logged now. */
  mayWarn(): boolean;
}

const emitMsMax = 10_000;
const reasonsMax = 8;
const reasonLengthMax = 1_000;

/**
 * The conditions that are open, and the telling of their changes: one change is made durable after the other, and until
 * the event of one is, nothing else is told.
 */
export class OpenConditions {
  private readonly options: OpenOptions;
  private readonly open = new Map<string, ConditionData>();
  private pending: PendingChange | null = null;
  /** The event that says that no earlier state is known; null if it has been told. Until then nothing is saved. */
  private begun: HarbingerEvent | null = null;
  private isTellingBegun = false;
  /** The cloud has not been told yet which are open at the start: the state may be an older copy. */
  private owesKnown = false;
  private saving: Promise<void> = Promise.resolve();

  constructor(options: OpenOptions) {
    this.options = options;
  }

  async load(): Promise<void> {
    const { about, clock } = this.options;
    const { open, pending, isNew } = await this.options.kept.load();
    if (isNew && about.kind === 'gateway') this.begun = recordBegun(about.name, 'conditions', clock.nowMs());
    this.owesKnown = !isNew && about.kind === 'gateway';
    for (const each of open) if (this.mayTell(each)) this.open.set(keyOf(each), each);
    this.pending = pending && this.mayTell(pending.event.data as ConditionData) ? pending : null;
  }

  get size(): number {
    return this.open.size;
  }

  get(key: string): ConditionData | undefined {
    return this.open.get(key);
  }

  all(): ConditionData[] {
    return [...this.open.values()];
  }

  keys(): string[] {
    return [...this.open.keys()];
  }

  /** With the next look it tells what is open. */
  tellOpen(): void {
    this.owesKnown = true;
  }

  /** Tells what may not have become durable. @throws whatever kept it from becoming durable */
  async tellPending(): Promise<void> {
    void this.tellBegun();
    if (this.pending) await this.carryOut(this.pending);
    if (this.owesKnown) void this.tellKnown();
  }

  /** Hands the event over before any that is new, and waits for nothing; what fails is tried again with what is open then. */
  private async tellKnown(): Promise<void> {
    const { about, clock } = this.options;
    const open = this.all().flatMap(({ conditionId, closed }) => (closed ? [] : [conditionId]));
    const events = recordKnown(about.name, 'conditions', open, clock.nowMs());
    this.owesKnown = false;
    try {
      for (const event of events) await this.emit(event);
    } catch {
      this.owesKnown = true;
    }
  }

  /**
   * Ends one that is over in the cloud. One that a person has closed, unless it is worse than that person knew, goes on being watched,
   * so that it is not told again before its cause has ended, or is worse. One that had ended before is forgotten (`closed` is
   * absent), and found again if it is still so. @throws whatever kept it from becoming durable; it stays pending
   */
  async endedInCloud({ alertId: conditionId, closed }: EndedInCloud): Promise<void> {
    const open = this.all().find((each) => each.conditionId === conditionId && !each.closed);
    if (!open || (closed && isWorse(open, closed))) return;
    const { about, clock, log } = this.options;
    const gateway = about.kind === 'gateway' ? about.name : null;
    const timeMs = clock.nowMs();
    const id = `${conditionId}/${closed ? 'closed' : 'ended'}/${timeMs.toString(36)}`.slice(-128);
    const reasons = [closed ? closedText(closed) : 'It had ended before: an older state was put back.'];
    const data = { ...open, reasons, ...(closed && { closed }) };
    log.info({ condition: open.condition, item: open.item, reasons }, 'condition ended in the cloud');
    const event = newEvent('io.harbinger.condition.resolved.v1', { gateway, id, timeMs }, data);
    await this.carryOut({ event, next: closed ? { ...open, closed } : null });
  }

  /**
   * Tells a change. One that makes no valid event is not told, and nothing opens; it keeps no other from being told.
   * @throws whatever kept it from becoming durable; it stays pending
   */
  async change(
    change: AlertEventChange,
    before: ConditionData | null,
    after: ConditionData | null,
    reasons: readonly string[],
  ): Promise<void> {
    const { about, clock, log, mayWarn } = this.options;
    const said = after ?? before!;
    const told = reasons.map((reason) => reason.slice(0, reasonLengthMax)).slice(0, reasonsMax);
    const { closed, ...others } = said;
    // One that was closed and is worse now is told again. Its receivers know that it has ended otherwise.
    const data: ConditionData = { ...others, reasons: told, seq: (before?.seq ?? 0) + 1 };
    if (closed && !isWorse(said, closed)) {
      if (after) this.open.set(keyOf(said), { ...data, closed });
      else this.open.delete(keyOf(said));
      return this.save();
    }
    const timeMs = clock.nowMs();
    const id = `${said.conditionId}/${change}${change === 'updated' ? `/${timeMs.toString(36)}` : ''}`;
    const gateway = about.kind === 'gateway' ? about.name : null;
    const where = `${data.about.kind} ${data.about.name}`;
    const fields = { condition: data.condition, where, item: data.item, severity: data.severity };
    let event: HarbingerEvent;
    try {
      event = newEvent(`io.harbinger.condition.${change}.v1`, { gateway, id, timeMs }, data);
    } catch (error) {
      if (mayWarn()) log.error({ ...fields, problem: messageOf(error) }, 'a condition cannot be told');
      if (after === null) this.open.delete(keyOf(said));
      return this.save();
    }
    log.warn({ ...fields, reasons: told }, `condition ${change}`);
    await this.carryOut({ event, next: after && data });
  }

  /** A gateway that has a new name may say nothing about its former one; the cloud ends that when it is told of the rename. */
  private mayTell({ about: { kind, name } }: ConditionData): boolean {
    const { about } = this.options;
    return about.kind === 'cloud' || (kind === about.kind && name === about.name);
  }

  /** Saved before and after: what was told before a crash is told again with the same id, which its receiver knows. */
  private async carryOut(change: PendingChange): Promise<void> {
    const { log } = this.options;
    this.pending = change;
    await this.save();
    try {
      await this.emit(change.event);
    } catch (error) {
      if (codeOf(error) !== 'EVENT_INVALID') throw error; // it stays pending
      log.error({ problem: messageOf(error) }, 'a condition cannot be told');
    }
    const data = change.event.data as ConditionData;
    if (change.next) this.open.set(keyOf(data), change.next);
    else this.open.delete(keyOf(data));
    this.pending = null;
    await this.save();
  }

  /**
   * Hands the event over before all others, and waits for nothing: a disk that is full at the first start must not keep its own
   * alert from being told at the site.
   */
  private async tellBegun(): Promise<void> {
    if (!this.begun || this.isTellingBegun) return;
    this.isTellingBegun = true;
    try {
      await this.options.emit(this.begun);
      this.begun = null;
      await this.save();
    } catch (error) {
      const { log, mayWarn } = this.options;
      if (mayWarn())
        log.warn(
          { problem: messageOf(error) },
          'the cloud was not told that a new record of conditions begins; it is tried again',
        );
    }
    this.isTellingBegun = false;
  }

  private emit(event: HarbingerEvent): Promise<void> {
    const { emit, clock } = this.options;
    return withinBudget(() => emit(event), emitMsMax, clock);
  }

  /** One save after the other: two of them at once could leave the older state in the file. */
  private save(): Promise<void> {
    this.saving = this.saving.then(() => this.saveNow());
    return this.saving;
  }

  /** A disk that takes no state file, for example because it is full, must not keep its own alert from being told. */
  private async saveNow(): Promise<void> {
    const { kept, log, mayWarn } = this.options;
    // Whatever is open is found again after a restart meanwhile, which also begins the record again.
    if (this.begun) return;
    try {
      await kept.save({ open: this.all(), pending: this.pending });
    } catch (error) {
      if (mayWarn()) log.warn({ problem: messageOf(error) }, 'the state of conditions could not be saved');
    }
  }
}

export function keyOf({
  condition,
  about,
  item = '',
}: Pick<ConditionData, 'condition' | 'about' | 'item'>): string {
  return `${condition} ${about.kind} ${about.name} ${item}`;
}

function isWorse({ severity }: Pick<ConditionData, 'severity'>, than: Closed): boolean {
  return severity === 'critical' && than.severity === 'warning';
}
