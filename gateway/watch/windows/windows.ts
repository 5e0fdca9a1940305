/**
 * Windows (gateway/watch/windows): the latest rows of each machine, as models and rules see them, and which machines
 * are due for a decision. Nothing is assessed here.
 *
 * All windows are fed by durable rows. Bounded: senders have shares (WindowShares), and a sender who has as many machines as one
 * may loses the one silent longest (counted). While all of them send, further ones are stored but not watched (counted), because
 * otherwise windows would be evicted faster than they fill. Nothing is allocated per row.
 */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { LimitsChanged, Relearnt } from '../../ports/decision.ts';
import type { ColumnBatch, RefusedValue } from '../../ports/watch.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { SampleBudget } from '../baselines/sample-budget.ts';
import { LateBooks } from '../late/late-books.ts';
import { remember, renew, unwatch } from '../levels/watched-levels.ts';
import { LimitPlans } from '../limits/limit-plans.ts';
import { Aside, mayBeSpared } from '../maintenance/aside.ts';
import { forgetRest, learnRest } from '../running/running-of.ts';
import { MachineSlots, type Slot } from './machine-slots.ts';
import { type Note, notesOf } from './notes.ts';
import { batchRows } from './rows/batch-rows.ts';
import { TakenBlock } from './rows/row-blocks.ts';
import { Schedule } from './schedule.ts';
import {
  endFaults,
  forgetSensor,
  goesOnAtRest,
  hasSomethingToSay,
  isDueAfter,
  isNewsAtRest,
  learnAnew,
  noteFault,
  takeNews,
  type WatchedMachine,
  waitsForNewer,
} from './watched-machine.ts';
import { giveLimits, goOnAsNew, isNew, newlyWatched, windowOf } from './window-of-type.ts';
import { seenResolutionMs, WindowShares } from './window-shares.ts';
import type { WindowsOptions, WindowsStats } from './windows-options.ts';

export class Windows {
  private readonly options: WindowsOptions;
  private readonly slots: MachineSlots;
  private readonly byKey = new Map<string, WatchedMachine>();
  private readonly shares: WindowShares<WatchedMachine>;
  private readonly schedule = new Schedule<WatchedMachine>();
  private readonly limits = new LimitPlans();
  private readonly late: LateBooks<WatchedMachine>;
  private readonly samples = new SampleBudget();
  private readonly block = new TakenBlock();
  readonly aside: Aside;
  private readonly counts = { rows: 0, late: 0, evicted: 0, unwatched: 0, unknown: 0 };

  constructor(options: WindowsOptions) {
    this.options = options;
    this.slots = new MachineSlots(options.types, options.limited, options.grown);
    this.shares = new WindowShares(options.machinesMax);
    this.aside = new Aside(options);
    this.late = new LateBooks(options);
  }

  /** Adds a batch's rows. Returns true if a machine became due for assessment. */
  add(given: ColumnBatch): boolean {
    let due = this.learnNames(given);
    const batch = batchRows(given);
    const { machineIndex, timeMs, offset, values } = batch;
    const [nowMs, wallMs] = [Math.floor(this.options.clock.monotonicMs()), this.options.clock.nowMs()];
    this.samples.refill(nowMs);
    this.block.begin(batch.block);
    const notes = notesOf(given);
    let next = 0;
    for (let i = 0; i < machineIndex.length; i++) {
      for (; notes && next < notes.length && notes[next]!.row <= i; next++)
        if (this.note(notes[next]!, nowMs)) due = true;
      const slot = this.slots.at(machineIndex[i]!);
      if (!slot) {
        this.counts.unknown++;
        continue;
      }
      const machine = slot.watched ?? this.watch(slot, machineIndex[i]!, nowMs);
      if (!machine) {
        this.counts.unwatched++;
        continue;
      }
      if (nowMs >= machine.noteFromMs) this.noteSeen(machine, nowMs, batch.replay ? null : timeMs[i]!);
      if (mayBeSpared(machine) && this.aside.takes(machine, batch, i, wallMs, nowMs)) {
        if (isNewsAtRest(machine, batch, i, nowMs) && this.schedule.mark(machine)) due = true;
        continue;
      }
      if (machine.window.learntTo && isNew(batch, machine.window.learntTo)) machine.window.resumeLearning();
      const step = this.late.arrives(machine, batch, i, nowMs, wallMs);
      if (this.late.takes(machine, batch, i, step, nowMs)) due = true;
      const taken = machine.window.push(values, offset[i]!, offset[i + 1]!, timeMs[i]!, !batch.replay, step);
      if (machine.faults !== null) endFaults(machine, values, offset[i]!, offset[i + 1]!);
      if (machine.levels !== null) remember(machine.levels, batch, i, taken === 'late');
      if (taken === 'late') {
        this.counts.late++;
        continue;
      }
      if (!batch.replay) learnRest(machine, batch, i);
      if (taken === 'row') this.counts.rows++;
      machine.limits?.take(values, offset[i]!, offset[i + 1]!, timeMs[i]!, !batch.replay);
      if (!batch.replay && isDueAfter(machine, taken) && this.schedule.mark(machine)) due = true;
    }
    for (; notes && next < notes.length; next++) if (this.note(notes[next]!, nowMs)) due = true;
    if (batch.block) this.options.keeper?.reached(batch.block);
    return due;
  }

  /** Returns up to `max` due machines, each to be returned with `release`; until then it does not become due again. */
  take(max: number): WatchedMachine[] {
    const { clock } = this.options;
    const taken: WatchedMachine[] = [];
    for (const machine of this.late.judgeDue(clock.monotonicMs())) this.schedule.mark(machine);
    while (taken.length < max) {
      const machine = this.schedule.take(clock.monotonicMs(), (each) => waitsForNewer(each, clock));
      if (!machine) break;
      if (hasSomethingToSay(machine) && !this.aside.isOn(machine)) {
        takeNews(machine);
        taken.push(machine);
      } else this.schedule.release(machine);
      if (machine.limits) machine.limits.isNews = false;
    }
    return taken;
  }

  release(machines: readonly WatchedMachine[]): void {
    for (const machine of machines) this.schedule.release(machine);
  }

  /** Monotonic ms at which to look again; null if no machine waits. */
  nextDueMs(): number | null {
    const nextMs = this.schedule.nextMs(this.options.clock.monotonicMs());
    const lateMs = this.late.nextMs();
    return nextMs === null || lateMs === null ? (nextMs ?? lateMs) : Math.min(nextMs, lateMs);
  }

  /** Resets the window and the baseline of a machine, because it was replaced. */
  reset(site: string, machine: string): void {
    const watched = this.byKey.get(`${site}/${machine}`);
    if (!watched) return;
    watched.window = windowOf(watched.identity.type, this.samples, this.block);
    renew(watched);
    forgetRest(watched);
    giveLimits(watched, this.limits);
    this.late.forget(watched);
    this.options.keeper?.renewed(watched);
  }

  /** Lets a machine learn anew what is normal. Returns false if nothing had changed; null if it is not watched. */
  relearn(site: string, machine: string, said: Relearnt): boolean | null {
    const watched = this.byKey.get(`${site}/${machine}`);
    if (!watched) return null;
    this.schedule.mark(watched);
    this.options.keeper?.renewed(watched);
    return learnAnew(watched, said);
  }

  /** Applies limits that a person has changed: an alert follows at once. Returns whether the machine is watched. */
  relimit({ site, machine }: { site: string; machine: string }, changed: LimitsChanged): boolean {
    const watched = this.byKey.get(`${site}/${machine}`);
    if (!watched || !this.slots.relimit(watched.index)) return false;
    this.renewLimits(watched);
    const sensors = [...new Set([...(watched.limitChange?.sensors ?? []), ...changed.sensors])];
    watched.limitChange = { ...changed, sensors };
    this.schedule.mark(watched);
    return true;
  }

  /** The journal's tail has been read: decisions hear what it has shown of the limits of machines with alerts of before. */
  replayed(alerted: readonly { site: string; machine: string }[]): void {
    for (const { site, machine } of alerted) {
      const watched = this.byKey.get(`${site}/${machine}`);
      if (watched?.limits?.isNews) this.schedule.mark(watched);
    }
  }

  /** To be called when maintenance of any machine has changed. */
  remaintain(): void {
    for (const machine of this.byKey.values()) machine.maintenance = this.aside.spansOf(machine.identity);
  }

  /** The machine's type with all of its sensors, and with its own limits; null if it is not watched. */
  typeOf(site: string, machine: string): MachineType | null {
    return this.byKey.get(`${site}/${machine}`)?.identity.type ?? null;
  }

  baselineOf({ site, machine }: { site: string; machine: string; type?: unknown }): Baseline | null {
    return this.byKey.get(`${site}/${machine}`)?.window.baseline ?? null;
  }

  stats(): WindowsStats {
    return { machines: this.byKey.size, ...this.counts, aside: this.aside.readings };
  }

  /** Takes what came between rows. Returns true if its machine became due. */
  private note(note: Note, nowMs: number): boolean {
    const slot = this.slots.at(note.machineIndex);
    const machine = slot && (slot.watched ?? this.watch(slot, note.machineIndex, nowMs));
    if (!machine) return false;
    if (!('isOnline' in note)) return this.refuse(machine, note, nowMs);
    if (machine.hearing) this.options.hearings?.said(machine.hearing, note.isOnline);
    return false;
  }

  private refuse(machine: WatchedMachine, value: RefusedValue, nowMs: number): boolean {
    if (nowMs >= machine.noteFromMs) this.noteSeen(machine, nowMs, null);
    if (machine.hearing) this.options.hearings?.isThere(machine.hearing, nowMs);
    if (this.aside.isSpared(machine) && !goesOnAtRest(machine, value.column, nowMs)) return false;
    noteFault(machine, value, nowMs);
    return this.schedule.mark(machine);
  }

  /**
   * To be called from `noteFromMs` on, because moving a machine to the end of the list touches three others. @param timeMs null if no live reading has it
   */
  private noteSeen(machine: WatchedMachine, nowMs: number, timeMs: number | null): void {
    machine.noteFromMs = nowMs + seenResolutionMs;
    machine.seenMs = nowMs;
    this.shares.touch(machine);
    if (machine.hearing && timeMs !== null)
      machine.noteFromMs = this.options.hearings!.heard(machine.hearing, nowMs, timeMs);
  }

  /** Returns true if a machine became due. */
  private learnNames(batch: ColumnBatch): boolean {
    const { slots } = this;
    let isDue = false;
    const gone: WatchedMachine[] = [];
    for (const { machineIndex, column } of batch.retired ?? []) {
      const machine = slots.at(machineIndex)?.watched ?? null;
      if (column === undefined) {
        if (machine) gone.push(this.drop(machine));
        slots.forget(machineIndex);
      } else if (machine) {
        this.late.forget(machine);
        if (forgetSensor(machine, column) && this.schedule.mark(machine)) isDue = true;
      }
    }
    slots.learn(
      batch,
      (machine, owner) => this.shares.give(machine, owner),
      (machine) => this.renewLimits(machine),
    );
    goOnAsNew(gone, batch.newMachines, (index, seenMs) => {
      const slot = slots.at(index);
      return slot && this.watch(slot, index, seenMs);
    });
    return isDue;
  }

  /** Lets limits go on from what is known of those before them. */
  private renewLimits(machine: WatchedMachine): void {
    machine.levels?.bind(machine.identity.type);
    this.late.forget(machine);
    const before = machine.limits;
    giveLimits(machine, this.limits);
    machine.limits?.follow(before, machine.window.latest(), machine.window.newestMs);
  }

  /** Adds a window for a machine; null if its sender has as many as one may, all of machines that still send. */
  private watch(slot: Slot, index: number, nowMs: number): WatchedMachine | null {
    const { owner } = slot;
    if (!this.shares.admits(owner) && !this.evict(owner, nowMs)) {
      // The sender of a machine that only the journal knows is reported when the machine sends.
      if (!slot.isRefused && owner !== '') this.options.refused?.(owner);
      slot.isRefused = true;
      return null;
    }
    const { options, aside, limits, samples, block } = this;
    const machine = newlyWatched(slot, index, nowMs, { ...options, aside, limits, samples, block });
    slot.watched = machine;
    slot.isRefused = false;
    this.shares.add(machine);
    this.byKey.set(machine.key, machine);
    if (machine.hearing) machine.hearing.listener = machine;
    this.options.keeper?.watched(machine);
    return machine;
  }

  private evict(owner: string, nowMs: number): boolean {
    const oldest = this.shares.silentFor(owner, nowMs);
    if (!oldest) return false;
    this.drop(oldest);
    this.counts.evicted++;
    this.options.keeper?.evicted(oldest);
    return true;
  }

  private drop(machine: WatchedMachine): WatchedMachine {
    this.shares.remove(machine);
    machine.schedule.isDropped = true;
    const slot = this.slots.at(machine.index);
    if (slot) slot.watched = null;
    this.byKey.delete(machine.key);
    this.late.forget(machine);
    unwatch(machine);
    return machine;
  }
}
