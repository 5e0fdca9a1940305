import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { type LimitPlan, limitPlanOf } from './limit-plan.ts';
import { MachineLimits } from './machine-limits.ts';

/** The plans of machine types, each made once. */
export class LimitPlans {
  private readonly plans = new WeakMap<MachineType, LimitPlan | null>();

  /** Returns new limits for a machine of the type; null if none of its limits raises an alert. */
  of(type: MachineType): MachineLimits | null {
    let plan = this.plans.get(type);
    if (plan === undefined) {
      plan = limitPlanOf(type);
      this.plans.set(type, plan);
    }
    return plan && new MachineLimits(plan);
  }
}
