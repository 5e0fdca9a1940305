import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { OpenTypes } from './open-types.ts';
import type { WatchedMachine } from './watched-machine.ts';

/** Limit of watched sensors of an open type's machine; further ones are stored but not watched. */
const openSensorsMax = 64;

/** The type of a machine with its own limits in it; the same type if it has none. */
export type LimitedType = (machine: { site: string; machine: string }, type: MachineType) => MachineType;

/** Sensors that begin to learn beside others of their machine of which something is known. */
export interface Growth {
  machine: string;
  begun: readonly string[];
  kept: readonly string[];
}

/** A machine by the index that ColumnBatch uses. */
export interface Slot {
  /** With the machine's own limits in its type. */
  identity: MachineIdentity;
  /** The type as declared, with the sensors that the machine has. */
  base: MachineType;
  owner: string;
  isRefused: boolean;
  watched: WatchedMachine | null;
}

/** The machines that batches have announced, with their sensors and senders. */
export class MachineSlots {
  private readonly types: ReadonlyMap<string, MachineType>;
  private readonly limited: LimitedType;
  private readonly grown: (growth: Growth) => void;
  private readonly openTypes = new OpenTypes();
  /** Null if the type is unknown, or the machine was retired. */
  private readonly slots: (Slot | null)[] = [];

  constructor(
    types: ReadonlyMap<string, MachineType>,
    limited: LimitedType = (_, type) => type,
    grown: (growth: Growth) => void = () => {},
  ) {
    this.types = types;
    this.limited = limited;
    this.grown = grown;
  }

  at(index: number): Slot | null {
    return this.slots[index] ?? null;
  }

  forget(index: number): void {
    this.slots[index] = null;
  }

  /**
   * @param owned called for each watched machine whose sender became known @param limited called for each one with a new
   * sensor for which limits are set
   */
  learn(
    batch: ColumnBatch,
    owned: (watched: WatchedMachine, owner: string) => void,
    limited: (watched: WatchedMachine) => void,
  ): void {
    for (const { machineIndex, site, machine, machineType } of batch.newMachines) {
      const type = this.types.get(machineType);
      this.slots[machineIndex] = type ? this.newSlot({ site, machine, type }) : null;
    }
    for (const { machineIndex, owner } of batch.newOwners ?? []) {
      const slot = this.slots[machineIndex];
      if (!slot) continue;
      Object.assign(slot, { owner, isRefused: false });
      if (slot.watched) owned(slot.watched, owner);
    }
    for (const { machineIndex, sensor, isState } of batch.newSensors) {
      const slot = this.slots[machineIndex];
      if (slot && this.addSensor(slot, sensor, isState === true) && slot.watched) limited(slot.watched);
    }
  }

  /** Applies limits that have changed. Returns whether the machine is known by this index. */
  relimit(index: number): Slot | null {
    const slot = this.at(index);
    if (slot) this.identify(slot);
    return slot;
  }

  private newSlot(declared: MachineIdentity): Slot {
    const { type } = declared;
    const identity = { ...declared, type: this.limited(declared, type) };
    return { identity, base: type, owner: '', isRefused: false, watched: null };
  }

  private identify(slot: Slot): void {
    slot.identity = { ...slot.identity, type: this.limited(slot.identity, slot.base) };
    if (!slot.watched) return;
    slot.watched.identity = slot.identity;
    if (slot.watched.hearing) slot.watched.hearing.identity = slot.identity;
  }

  /** Returns true if limits are set for the sensor. */
  private addSensor(slot: Slot, sensor: string, isState: boolean): boolean {
    if (slot.base.sensors.length >= openSensorsMax) return false;
    slot.base = this.openTypes.with(slot.base, sensor, isState);
    this.identify(slot);
    const { identity } = slot;
    const isLimited = identity.type.sensors.at(-1) !== slot.base.sensors.at(-1);
    if (!slot.watched) return isLimited;
    slot.watched.window.widen(identity.type.sensors.length);
    const names = identity.type.sensors.map(({ name }) => name);
    const begun = slot.watched.window.baseline.widen(identity.type.sensors);
    const kept = names.filter((name) => !begun.includes(name));
    if (begun.length > 0) this.grown({ machine: slot.watched.key, begun, kept });
    return isLimited;
  }
}
