import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { Running } from '../running/running.ts';
import { type LateMachine, noteLate } from './late-limits.ts';
import { type LimitPlan, limitPlanOf } from './limit-plan.ts';
import { MachineLimits } from './machine-limits.ts';

/** The plans of machine types, each made once. */
export class LimitPlans {
  private readonly plans = new WeakMap<MachineType, LimitPlan | null>();

  /** Returns new limits for a machine of the type; null if none of its limits raises an alert. */
  of(type: MachineType, running: Running | null = null): MachineLimits | null {
    let plan = this.plans.get(type);
    if (plan === undefined) {
      plan = limitPlanOf(type);
      this.plans.set(type, plan);
    }
    const limits = plan && new MachineLimits(plan);
    limits?.rest(type, running);
    return limits;
  }

  /** Notes a reading before its machine's window takes it. Returns true if it is late, and worth a decision. */
  notesLate(machine: LateMachine, batch: ColumnBatch, i: number): boolean {
    if (machine.limits === null || batch.replay) return false;
    return noteLate(machine, this, batch, i);
  }
}
