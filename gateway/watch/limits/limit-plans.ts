import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Running } from '../running/running.ts';
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
}
