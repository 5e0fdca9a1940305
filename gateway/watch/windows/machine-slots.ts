import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { OpenTypes } from './open-types.ts';
import type { WatchedMachine } from './watched-machine.ts';

/** Limit of watched sensors of an open type's machine; further ones are stored but not watched. */
const openSensorsMax = 64;

/** A machine by the index that ColumnBatch uses. */
export interface Slot {
  identity: MachineIdentity;
  owner: string;
  isRefused: boolean;
  watched: WatchedMachine | null;
}

/** The machines that batches have announced, with their sensors and senders. */
export class MachineSlots {
  private readonly types: ReadonlyMap<string, MachineType>;
  private readonly openTypes = new OpenTypes();
  /** Null if the type is unknown, or the machine was retired. */
  private readonly slots: (Slot | null)[] = [];

  constructor(types: ReadonlyMap<string, MachineType>) {
    this.types = types;
  }

  at(index: number): Slot | null {
    return this.slots[index] ?? null;
  }

  forget(index: number): void {
    this.slots[index] = null;
  }

  /** @param owned called for each watched machine whose sender became known */
  learn(batch: ColumnBatch, owned: (watched: WatchedMachine, owner: string) => void): void {
    for (const { machineIndex, site, machine, machineType } of batch.newMachines) {
      const type = this.types.get(machineType);
      this.slots[machineIndex] = type ? newSlot({ site, machine, type }) : null;
    }
    for (const { machineIndex, owner } of batch.newOwners ?? []) {
      const slot = this.slots[machineIndex];
      if (!slot) continue;
      Object.assign(slot, { owner, isRefused: false });
      if (slot.watched) owned(slot.watched, owner);
    }
    for (const { machineIndex, sensor } of batch.newSensors) {
      const slot = this.slots[machineIndex];
      if (slot) this.addSensor(slot, sensor);
    }
  }

  private addSensor(slot: Slot, sensor: string): void {
    if (slot.identity.type.sensors.length >= openSensorsMax) return;
    const identity = { ...slot.identity, type: this.openTypes.with(slot.identity.type, sensor) };
    slot.identity = identity;
    if (!slot.watched) return;
    slot.watched.identity = identity;
    if (slot.watched.hearing) slot.watched.hearing.identity = identity;
    slot.watched.window.widen(identity.type.sensors.length);
    slot.watched.window.baseline.widen(identity.type.sensors.map(({ name }) => name));
  }
}

function newSlot(identity: MachineIdentity): Slot {
  return { identity, owner: '', isRefused: false, watched: null };
}
