import { isSameRef, type ModelRef, parsedRef } from '../../../shared/contract/models/model-ref.ts';
import type { Assessor, MachineIdentity } from '../../ports/decision.ts';
import type { Wish } from './plan.ts';
import { type Slot, type Slots, type Wanted, wantedBy } from './slots.ts';
import type { Standing } from './standing.ts';
import type { Active } from './state-file.ts';
import type { WantedTrial } from './trials/trials.ts';

/** Judges of the machines of a type, where it is not the installed model alone. */
interface Assignment {
  active: Slot | null;
  before: Slot | null;
  ab: { wish: Wish; slot: Slot } | null;
}

export interface AssignmentsDeps {
  installed: Assessor;
  /** Asked beside a version that judges. */
  installedBeside: Assessor;
  installedOf(machineType: string): ModelRef | null;
  slots: Slots;
  standing: Standing;
  /** The version that a person wants for a machine; null: nobody wants one. */
  pinOf(machine: MachineIdentity): ModelRef | null;
  /** The version that it keeps because rollouts were stopped for it; null: it follows its type. */
  heldOf(machine: MachineIdentity): ModelRef | null;
}

/** The versions that judge in place of the installed one; none where it was itself installed since. */
export function judging(active: Active | null, installed: ModelRef | null) {
  const model = parsedRef(active?.model ?? '');
  if (!model || isSameRef(model, installed)) return { model: null, before: null };
  return { model, before: parsedRef(active?.before ?? '') };
}

/** Says which slot judges a machine. It is replaced as a whole, so that a switch comes between two batches. */
export class Assignments {
  private readonly deps: AssignmentsDeps;
  private byType = new Map<string, Assignment>();

  constructor(deps: AssignmentsDeps) {
    this.deps = deps;
  }

  /** Versions that are to run beside the installed ones, those that judge first. @param kept those that people have pinned, or held */
  wanted(wishes: readonly Wish[], kept: readonly Wanted[]): Wanted[] {
    const { standing, installedOf } = this.deps;
    const live = (machineType: string, model: ModelRef | null): Wanted[] =>
      model && !isSameRef(model, installedOf(machineType)) ? [{ model, machineType, isShadow: false }] : [];
    const judged = standing.types().flatMap((type) => {
      const { model, before } = judging(standing.of(type), installedOf(type));
      return [...live(type, model), ...live(type, before)];
    });
    const byRole = (role: Wish['role']) => wishes.filter((wish) => wish.role === role);
    const asked = [...byRole('active'), ...byRole('ab')].flatMap(({ machineType, model }) =>
      live(machineType, model),
    );
    const isBeside = ({ machineType, model }: Wanted) => !isSameRef(model, installedOf(machineType));
    return [...judged, ...kept.filter(isBeside), ...asked, ...byRole('shadow').map(wantedBy)];
  }

  assign(inForce: readonly Wish[]): void {
    const { standing } = this.deps;
    const types = new Set([...standing.types(), ...inForce.map(({ machineType }) => machineType)]);
    const byType = new Map<string, Assignment>();
    for (const type of types) {
      const { model, before } = judging(standing.of(type), this.deps.installedOf(type));
      const wish = inForce.find((each) => each.role === 'ab' && each.machineType === type);
      const slot = wish && this.liveSlot(type, wish.model);
      byType.set(type, {
        active: this.liveSlot(type, model),
        before: this.liveSlot(type, before),
        ab: wish && slot ? { wish, slot } : null,
      });
    }
    this.byType = byType;
  }

  /** Null: the installed model judges it. */
  slotOf(about: MachineIdentity): Slot | null {
    const { site, machine, type } = about;
    const pin = this.deps.pinOf(about);
    if (pin) {
      if (isSameRef(pin, this.deps.installedOf(type.name))) return null;
      const slot = this.liveSlot(type.name, pin);
      if (slot?.run) return slot;
    }
    const held = this.deps.heldOf(about);
    if (held) {
      // Until it is ready after a restart, the installed one judges rather than a newer one.
      const slot = this.liveSlot(type.name, held);
      return slot?.run ? slot : null;
    }
    if (this.byType.size === 0) return null;
    const assignment = this.byType.get(type.name);
    if (!assignment) return null;
    const { ab, active, before } = assignment;
    if (ab?.slot.run && ab.wish.covers(site, machine)) return ab.slot;
    // After a restart the version before it may be ready first.
    return active?.run ? active : before?.run ? before : null;
  }

  /** The one that answers where a slot fails; null: the installed model. */
  insteadOf(slot: Slot): Slot | null {
    const { active = null, before = null } = this.byType.get(slot.machineType) ?? {};
    if (slot === before) return null;
    const instead = slot === active ? before : active;
    return instead?.run ? instead : null;
  }

  /** The assessor of one version, whatever judges; null if it does not run here. */
  ofModel(machineType: string, model: ModelRef): Assessor | null {
    const { installed, installedOf, slots } = this.deps;
    if (isSameRef(model, installedOf(machineType))) return installed;
    const runs = slots.all().filter((slot) => slot.machineType === machineType && slot.run);
    return runs.find((slot) => isSameRef(slot.model, model))?.run?.assessor ?? null;
  }

  abOf(machineType: string): Assignment['ab'] {
    return this.byType.get(machineType)?.ab ?? null;
  }

  trials(inForce: readonly Wish[]): WantedTrial[] {
    return [...this.tried(inForce), ...this.guarded()];
  }

  private tried(inForce: readonly Wish[]): WantedTrial[] {
    const { slots, standing, installedOf } = this.deps;
    return inForce.flatMap((wish) => {
      const { role, machineType, model } = wish;
      const against = parsedRef(standing.of(machineType)?.model ?? '') ?? installedOf(machineType);
      const slot = slots.find(wantedBy(wish));
      if (role === 'active' || !against || !slot?.run || isSameRef(model, against)) return [];
      const asked = role === 'shadow' ? slot.run.assessor : null;
      return [{ wish, role, against, asked, health: role === 'ab' ? slot.health : null, known: null }];
    });
  }

  /**
   * While a new version is guarded, the one before it runs beside. Where that cannot, or there is none, it is seen all the same how
   * the new one answers.
   */
  private guarded(): WantedTrial[] {
    const { installedBeside, installedOf, standing } = this.deps;
    return standing.types().flatMap((machineType) => {
      const active = standing.of(machineType);
      const { active: slot = null, before = null } = this.byType.get(machineType) ?? {};
      if (!active || active.isProven || !slot?.run) return [];
      const installed = installedOf(machineType);
      const against = parsedRef(active.before ?? '') ?? installed ?? slot.model;
      const asked = isSameRef(against, installed) ? installedBeside : (before?.run?.beside ?? null);
      const { key, version } = active;
      const about = { key, version, role: 'active', machineType, model: slot.model } as const;
      const override = { by: '', why: '', document: key };
      const wish: Wish = { ...about, override, covers: () => true };
      const known = active.known ?? null;
      return [{ wish, role: 'guard' as const, against, asked, health: slot.health, known }];
    });
  }

  private liveSlot(machineType: string, model: ModelRef | null): Slot | null {
    return model && this.deps.slots.find({ machineType, model, isShadow: false });
  }
}
