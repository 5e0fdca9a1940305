/**
 * Windows (gateway/watch/windows): the latest rows of each machine, as models and rules see them, and which machines
 * are due for a decision. Nothing is assessed here.
 *
 * The windows of all machines, fed by durable rows. Bounded: senders have shares (WindowShares), and a sender who has as
 * many machines as one may loses the one that has been silent longest (counted), which gets a new window when it sends
 * again. Only long silence leads to eviction: while all its machines with a window send, further ones are stored but not
 * watched (counted), because otherwise windows would be evicted faster than they fill. Nothing is allocated per row.
 */
import { type MachineType, windowRowsMin } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ColumnBatch, RefusedValue } from '../../ports/watch.ts';
import { type Baseline, baselineOptions } from '../baselines/baseline.ts';
import { SampleBudget } from '../baselines/sample-budget.ts';
import { type LimitPlan, limitPlanOf } from '../limits/limit-plan.ts';
import { MachineLimits } from '../limits/machine-limits.ts';
import { MachineWindow } from './machine-window.ts';
import { OpenTypes } from './open-types.ts';
import { newlyScheduled, Schedule } from './schedule.ts';
import { SensorFaults } from './sensor-faults.ts';
import {
  type BaselineKeeper,
  hasSomethingToSay,
  isDueAfter,
  type WatchedMachine,
} from './watched-machine.ts';
import { WindowShares } from './window-shares.ts';

/** Limit of watched sensors of an open type's machine; further ones are stored but not watched. */
const openSensorsMax = 64;
/**
 * Share of its type's step for which a machine rests; at 1, each step's reading would wait for the end of the rest
 * before it.
 */
const restOfStep = 0.8;
/** Longest rest, however slowly machines of the type age. */
const restMsOfStepMax = 1_000;
/** Resolution of the silence measurement: it may be longer than real by up to this. */
const seenResolutionMs = 1_000;

export interface WindowsOptions {
  types: ReadonlyMap<string, MachineType>;
  /** Machines with a window that one sender may have who is alone, see Quotas. */
  machinesMax: number;
  /** Least time between two assessments of one machine; its type's step, up to 1 s, if that is longer. */
  intervalMsMin: number;
  clock: Clock;
  /** Saves baselines across restarts. */
  keeper?: BaselineKeeper;
  /** Called once for each machine that gets no window, with its sender. */
  refused?(owner: string): void;
}

export interface WindowsStats {
  machines: number;
  rows: number;
  /** Readings older than the newest of their machine. */
  late: number;
  evicted: number;
  /** Readings of machines without a window. */
  unwatched: number;
  /** Readings of machines whose type is unknown. */
  unknown: number;
}

/** A machine by the index that ColumnBatch uses. */
interface Slot {
  identity: MachineIdentity;
  owner: string;
  isRefused: boolean;
  watched: WatchedMachine | null;
}

export class Windows {
  private readonly options: WindowsOptions;
  /** By the index that ColumnBatch uses; null if the type is unknown. */
  private readonly slots: (Slot | null)[] = [];
  private readonly byKey = new Map<string, WatchedMachine>();
  private readonly shares: WindowShares<WatchedMachine>;
  private readonly schedule = new Schedule<WatchedMachine>();
  private readonly openTypes = new OpenTypes();
  private readonly limitPlans = new WeakMap<MachineType, LimitPlan | null>();
  private readonly samples = new SampleBudget();
  private readonly counts = { rows: 0, late: 0, evicted: 0, unwatched: 0, unknown: 0 };

  constructor(options: WindowsOptions) {
    this.options = options;
    this.shares = new WindowShares(options.machinesMax);
  }

  /** Adds a batch's rows. Returns true if a machine became due for assessment. */
  add(batch: ColumnBatch): boolean {
    this.learnNames(batch);
    const { machineIndex, timeMs, offset, values } = batch;
    const nowMs = Math.floor(this.options.clock.monotonicMs());
    this.samples.refill(nowMs);
    let due = false;
    const { refused } = batch;
    let nextRefused = 0;
    for (let i = 0; i < machineIndex.length; i++) {
      for (; refused && nextRefused < refused.length && refused[nextRefused]!.row <= i; nextRefused++)
        if (this.refuse(refused[nextRefused]!, nowMs)) due = true;
      const slot = this.slots[machineIndex[i]!];
      if (!slot) {
        this.counts.unknown++;
        continue;
      }
      const machine = slot.watched ?? this.watch(slot, machineIndex[i]!, nowMs);
      if (!machine) {
        this.counts.unwatched++;
        continue;
      }
      this.noteSeen(machine, nowMs);
      if (machine.window.learntTo && isNew(batch, machine.window.learntTo)) machine.window.resumeLearning();
      const taken = machine.window.push(values, offset[i]!, offset[i + 1]!, timeMs[i]!);
      if (machine.faults !== null) this.heard(machine, values, offset[i]!, offset[i + 1]!);
      if (taken === 'late') {
        this.counts.late++;
        continue;
      }
      if (taken === 'row') this.counts.rows++;
      if (machine.limits !== null) machine.limits.take(values, offset[i]!, offset[i + 1]!, timeMs[i]!);
      if (!batch.replay && isDueAfter(machine, taken) && this.schedule.mark(machine)) due = true;
    }
    for (; refused && nextRefused < refused.length; nextRefused++)
      if (this.refuse(refused[nextRefused]!, nowMs)) due = true;
    if (batch.block) this.options.keeper?.reached(batch.block);
    return due;
  }

  /**
   * Returns up to `max` due machines, each of which must be returned with `release`; until then they do not become due
   * again.
   */
  take(max: number): WatchedMachine[] {
    const nowMs = this.options.clock.monotonicMs();
    const taken: WatchedMachine[] = [];
    while (taken.length < max) {
      const machine = this.schedule.take(nowMs);
      if (!machine) break;
      if (hasSomethingToSay(machine)) taken.push(machine);
      else this.schedule.release(machine);
      if (machine.limits) machine.limits.isNews = false;
    }
    return taken;
  }

  release(machines: readonly WatchedMachine[]): void {
    for (const machine of machines) this.schedule.release(machine);
  }

  /** Monotonic ms at which to look again; null if no machine waits. */
  nextDueMs(): number | null {
    return this.schedule.nextMs(this.options.clock.monotonicMs());
  }

  /** Resets the window and the baseline of a machine, because it was replaced. */
  reset(site: string, machine: string): void {
    const watched = this.byKey.get(`${site}/${machine}`);
    if (!watched) return;
    watched.window = this.newWindow(watched.identity.type);
    watched.faults = null;
    watched.limits = this.newLimits(watched.identity.type);
    this.options.keeper?.renewed(watched);
  }

  baselineOf(identity: MachineIdentity): Baseline | null {
    return this.byKey.get(`${identity.site}/${identity.machine}`)?.window.baseline ?? null;
  }

  stats(): WindowsStats {
    return { machines: this.byKey.size, ...this.counts };
  }

  /** Notes a refused value. Returns true if its machine became due. */
  private refuse(value: RefusedValue, nowMs: number): boolean {
    const slot = this.slots[value.machineIndex];
    const machine = slot && (slot.watched ?? this.watch(slot, value.machineIndex, nowMs));
    if (!machine) return false;
    machine.faults ??= new SensorFaults();
    machine.faults.refused(value);
    this.noteSeen(machine, nowMs);
    return machine.window.ready && this.schedule.mark(machine);
  }

  private heard(machine: WatchedMachine, values: Float32Array, from: number, to: number): void {
    machine.faults?.heard(values, from, to);
    if (machine.faults?.isEmpty) machine.faults = null;
  }

  /**
   * Silence is measured only to the resolution needed, because moving a machine to the end of the list touches three
   * others.
   */
  private noteSeen(machine: WatchedMachine, nowMs: number): void {
    if (nowMs - machine.seenMs < seenResolutionMs) return;
    machine.seenMs = nowMs;
    this.shares.touch(machine);
  }

  private learnNames(batch: ColumnBatch): void {
    for (const { site, machine, machineType } of batch.newMachines) {
      const type = this.options.types.get(machineType);
      this.slots.push(type ? newSlot({ site, machine, type }) : null);
    }
    for (const { machineIndex, owner } of batch.newOwners ?? []) {
      const slot = this.slots[machineIndex];
      if (!slot) continue;
      Object.assign(slot, { owner, isRefused: false });
      if (slot.watched) this.shares.give(slot.watched, owner);
    }
    for (const { machineIndex, sensor } of batch.newSensors) {
      const slot = this.slots[machineIndex];
      if (!slot || slot.identity.type.sensors.length >= openSensorsMax) continue;
      const identity = { ...slot.identity, type: this.openTypes.with(slot.identity.type, sensor) };
      slot.identity = identity;
      if (!slot.watched) continue;
      slot.watched.identity = identity;
      slot.watched.window.widen(identity.type.sensors.length);
      slot.watched.window.baseline.widen(identity.type.sensors.map(({ name }) => name));
    }
  }

  /** Resting time by type: a window of readings that come faster than the machine ages adds no information. */
  private restMsOf(type: MachineType): number {
    return Math.max(this.options.intervalMsMin, Math.min(type.stepMs * restOfStep, restMsOfStepMax));
  }

  private newWindow(type: MachineType): MachineWindow {
    const baseline = { ...baselineOptions(type), samples: this.samples };
    return new MachineWindow(type.windowRows, type.sensors.length, baseline, {
      rowsMin: windowRowsMin(type),
      stepMs: type.rowPer === 'step' ? type.stepMs : 0,
    });
  }

  private newLimits(type: MachineType): MachineLimits | null {
    let plan = this.limitPlans.get(type);
    if (plan === undefined) {
      plan = limitPlanOf(type);
      this.limitPlans.set(type, plan);
    }
    return plan && new MachineLimits(plan);
  }

  /** Adds a window for a machine; null if its sender has as many as one may, all of machines that still send. */
  private watch(slot: Slot, index: number, nowMs: number): WatchedMachine | null {
    const { identity, owner } = slot;
    if (!this.shares.admits(owner) && !this.evict(owner, nowMs)) {
      // The sender of a machine that only the journal knows is reported when the machine sends.
      if (!slot.isRefused && owner !== '') this.options.refused?.(owner);
      slot.isRefused = true;
      return null;
    }
    const machine: WatchedMachine = {
      identity,
      key: `${identity.site}/${identity.machine}`,
      index,
      owner,
      window: this.newWindow(identity.type),
      faults: null,
      limits: this.newLimits(identity.type),
      schedule: newlyScheduled(this.restMsOf(identity.type)),
      seenMs: nowMs,
      newer: null,
      older: null,
    };
    slot.watched = machine;
    slot.isRefused = false;
    this.shares.add(machine);
    this.byKey.set(machine.key, machine);
    this.options.keeper?.watched(machine);
    return machine;
  }

  private evict(owner: string, nowMs: number): boolean {
    const oldest = this.shares.silentFor(owner, nowMs);
    if (!oldest) return false;
    this.shares.remove(oldest);
    oldest.schedule.isDropped = true;
    this.slots[oldest.index]!.watched = null;
    this.byKey.delete(oldest.key);
    this.counts.evicted++;
    this.options.keeper?.evicted(oldest);
    return true;
  }
}

function newSlot(identity: MachineIdentity): Slot {
  return { identity, owner: '', isRefused: false, watched: null };
}

/** True if rows of the batch come after `learntTo`; live rows always do. */
function isNew({ replay, block }: ColumnBatch, learntTo: BlockPosition): boolean {
  return !replay || !block || block.journal !== learntTo.journal || block.seq > learntTo.seq;
}
