/**
 * Every machine's window, fed by the rows that became durable. Bounded: above `machinesMax` the machine that has been
 * silent longest gives up its window (counted), and begins a new one when it speaks again. Only real silence counts:
 * while all that have a window speak, further machines are stored but not watched (counted), or windows would be given
 * up faster than they fill and nobody would be watched. Nothing is allocated per row.
 */
import { type MachineType, windowRowsMin } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { AlertInput, MachineIdentity } from '../../ports/decision.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { type Baseline, baselineOptions } from '../baselines/baseline.ts';
import { ExtraLooks } from '../baselines/extra-looks.ts';
import { MachineWindow } from './machine-window.ts';
import { OpenTypes } from './open-types.ts';
import { RecencyList } from './recency-list.ts';
import { newlyScheduled, Schedule, type Scheduled } from './schedule.ts';

/** Columns of a machine of an open type; further sensors are stored but not watched. */
const openSensorsMax = 64;
/** A machine rests for this part of its type's step: less than 1, or each step's reading would wait for the rest of the one before. */
const restOfStep = 0.8;
/** A machine rests no longer than this, however slowly machines of its type age. */
const restMsOfStepMax = 1_000;
/** A machine that spoke within this keeps its window. */
const silentMsMin = 60_000;
/** How exactly silence is measured: a machine may seem silent for up to this much longer than it was. */
const heardMsMin = 1_000;

export interface WindowsOptions {
  types: ReadonlyMap<string, MachineType>;
  machinesMax: number;
  /** Between two assessments of one machine; its type's step, up to 1 s, if that is longer. */
  intervalMsMin: number;
  clock: Clock;
  /** Keeps baselines over restarts. */
  keeper?: BaselineKeeper;
}

/** Keeps baselines over restarts; it hears of every machine that gets or gives up a window. */
export interface BaselineKeeper {
  /** May restore the machine's baseline. */
  watched(machine: WatchedMachine): void;
  /** Its window is a new one: its former baseline must not come back. */
  renewed(machine: WatchedMachine): void;
  evicted(machine: WatchedMachine): void;
  /** All rows up to this block have been taken. */
  reached(block: BlockPosition): void;
}

/** One machine that has a window. */
export interface WatchedMachine {
  identity: MachineIdentity;
  readonly key: string;
  /** The index that ColumnBatch uses. */
  readonly index: number;
  window: MachineWindow;
  readonly schedule: Scheduled;
  /** When it was last heard, exact to `heardMsMin`: monotonic, whole ms, which need no memory of their own. */
  heardMs: number;
  newer: WatchedMachine | null;
  older: WatchedMachine | null;
}

export interface WindowsStats {
  machines: number;
  rows: number;
  /** Readings older than the newest of their machine. */
  late: number;
  evicted: number;
  /** Readings of machines for which there was no window to have. */
  unwatched: number;
  /** Readings of machines whose type is not known here. */
  unknown: number;
}

/** A machine by the index that ColumnBatch uses. */
interface Slot {
  identity: MachineIdentity;
  watched: WatchedMachine | null;
}

export class Windows {
  private readonly options: WindowsOptions;
  /** By the index that ColumnBatch uses; null where the type is not known. */
  private readonly slots: (Slot | null)[] = [];
  private readonly byKey = new Map<string, WatchedMachine>();
  private readonly recency = new RecencyList<WatchedMachine>();
  private readonly schedule = new Schedule<WatchedMachine>();
  private readonly openTypes = new OpenTypes();
  private readonly looks = new ExtraLooks();
  private readonly counts = { rows: 0, late: 0, evicted: 0, unwatched: 0, unknown: 0 };

  constructor(options: WindowsOptions) {
    this.options = options;
  }

  /** Takes a batch's rows. True if a machine became due for assessment. */
  add(batch: ColumnBatch): boolean {
    this.learnNames(batch);
    const { machineIndex, timeMs, offset, values } = batch;
    const nowMs = Math.floor(this.options.clock.monotonicMs());
    this.looks.refill(nowMs);
    let due = false;
    for (let i = 0; i < machineIndex.length; i++) {
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
      this.heard(machine, nowMs);
      if (machine.window.learntTo && isNew(batch, machine.window.learntTo)) machine.window.goOn();
      const taken = machine.window.push(values, offset[i]!, offset[i + 1]!, timeMs[i]!);
      if (taken === 'row') {
        this.counts.rows++;
        if (!batch.replay && machine.window.ready && this.schedule.mark(machine)) due = true;
      } else if (taken === 'late') {
        this.counts.late++;
      }
    }
    if (batch.block) this.options.keeper?.reached(batch.block);
    return due;
  }

  /** Up to `max` due machines, each to be given back with `release`. Machines taken are not due again until then. */
  take(max: number): WatchedMachine[] {
    const nowMs = this.options.clock.monotonicMs();
    const taken: WatchedMachine[] = [];
    while (taken.length < max) {
      const machine = this.schedule.take(nowMs);
      if (!machine) break;
      if (machine.window.ready) taken.push(machine);
      else this.schedule.release(machine);
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

  /** The machine is a new one: its window and its baseline begin again. */
  reset(site: string, machine: string): void {
    const watched = this.byKey.get(`${site}/${machine}`);
    if (!watched) return;
    watched.window = this.newWindow(watched.identity.type);
    this.options.keeper?.renewed(watched);
  }

  baselineOf(identity: MachineIdentity): Baseline | null {
    return this.byKey.get(`${identity.site}/${identity.machine}`)?.window.baseline ?? null;
  }

  stats(): WindowsStats {
    return { machines: this.byKey.size, ...this.counts };
  }

  /** The order of silence is as exact as it is asked for: to move a machine to its end meets three others. */
  private heard(machine: WatchedMachine, nowMs: number): void {
    if (nowMs - machine.heardMs < heardMsMin) return;
    machine.heardMs = nowMs;
    this.recency.touch(machine);
  }

  private learnNames(batch: ColumnBatch): void {
    for (const { site, machine, machineType } of batch.newMachines) {
      const type = this.options.types.get(machineType);
      this.slots.push(type ? { identity: { site, machine, type }, watched: null } : null);
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

  /** A window of readings that come faster than a machine of this type ages says nothing new. */
  private restMsOf(type: MachineType): number {
    return Math.max(this.options.intervalMsMin, Math.min(type.stepMs * restOfStep, restMsOfStepMax));
  }

  private newWindow(type: MachineType): MachineWindow {
    const baseline = { ...baselineOptions(type), looks: this.looks };
    return new MachineWindow(type.windowRows, type.sensors.length, baseline, {
      rowsMin: windowRowsMin(type),
      stepMs: type.rowPer === 'step' ? type.stepMs : 0,
    });
  }

  /** Null if every window belongs to a machine that speaks. */
  private watch(slot: Slot, index: number, nowMs: number): WatchedMachine | null {
    if (this.byKey.size >= this.options.machinesMax && !this.evict(nowMs)) return null;
    const { identity } = slot;
    const machine: WatchedMachine = {
      identity,
      key: `${identity.site}/${identity.machine}`,
      index,
      window: this.newWindow(identity.type),
      schedule: newlyScheduled(this.restMsOf(identity.type)),
      heardMs: -heardMsMin,
      newer: null,
      older: null,
    };
    slot.watched = machine;
    this.byKey.set(machine.key, machine);
    this.options.keeper?.watched(machine);
    return machine;
  }

  private evict(nowMs: number): boolean {
    const { oldest } = this.recency;
    if (!oldest || nowMs - oldest.heardMs < silentMsMin) return false;
    this.recency.removeOldest();
    oldest.schedule.gone = true;
    this.slots[oldest.index]!.watched = null;
    this.byKey.delete(oldest.key);
    this.counts.evicted++;
    this.options.keeper?.evicted(oldest);
    return true;
  }
}

/** Whether rows of the batch come after `learntTo`: all do that are not from the journal's tail. */
function isNew({ replay, block }: ColumnBatch, learntTo: BlockPosition): boolean {
  return !replay || !block || block.journal !== learntTo.journal || block.seq > learntTo.seq;
}

/** The input of a decision about a taken machine: a copy of its window as it is now. */
export function alertInput(machine: WatchedMachine): AlertInput {
  const { identity, window } = machine;
  return {
    machine: identity,
    timeMs: window.newestMs,
    window: window.copy(),
    rows: identity.type.windowRows,
    cutOff: window.cutOff,
  };
}
