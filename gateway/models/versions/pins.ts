import { isSameRef, type ModelRef, parsedRef } from '../../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { MachineOverrides, Waits } from '../../ports/fleet/fleet.ts';
import { noRoom, pinnedOf, preparing, type Slots, type Wanted } from './slots.ts';

export interface PinsDeps {
  types: ReadonlyMap<string, MachineType>;
  installedOf(machineType: string): ModelRef | null;
  slots: Slots;
}

/** Versions that people have pinned for single machines. */
export class Pins {
  private readonly deps: PinsDeps;
  private pinned: readonly Wanted[] = [];
  private overrides: MachineOverrides | null = null;

  constructor(deps: PinsDeps) {
    this.deps = deps;
  }

  connect(overrides: MachineOverrides): void {
    this.overrides = overrides;
  }

  set(models: readonly string[]): void {
    this.pinned = models.flatMap((model) => pinnedOf(model, this.deps.types) ?? []);
  }

  wanted(): readonly Wanted[] {
    return this.pinned;
  }

  of(machine: MachineIdentity): ModelRef | null {
    const pin = this.pinned.length === 0 ? undefined : this.overrides?.of(machine)?.pin;
    return pin ? parsedRef(pin.model) : null;
  }

  waits(model: string): Waits | null {
    const { types, installedOf, slots } = this.deps;
    const wanted = pinnedOf(model, types);
    if (!wanted) return { state: 'refused', problem: `no machine type here has a model named as ${model}` };
    if (isSameRef(wanted.model, installedOf(wanted.machineType))) return null;
    const slot = slots.find(wanted);
    if (slot) return slot.waits;
    const isKnown = this.pinned.some((each) => isSameRef(each.model, wanted.model));
    return isKnown ? noRoom : preparing('it is being made ready');
  }
}
