import type { MachineType } from '../../shared/domain/machine-type.ts';
import { builtInTypesDir, readMachineTypes } from '../../shared/domain/machine-types.ts';
import type { OnboardingAdmin, OnboardingData } from '../ports/onboarding/onboarding.ts';
import type { MachineAdmin } from '../ports/retiring.ts';

export interface OnboardingAdminParts {
  data: OnboardingData & { addType(type: MachineType): Promise<void> };
  /** The types of the main thread, to which those that are added later are added too. */
  types: Map<string, MachineType>;
  /** The folder of the site's own types. */
  machineTypesDir: string | undefined;
  machines: Pick<MachineAdmin, 'retire'>;
}

/** The main thread's side of onboarding: it reads types that were written after the start, and forgets machines everywhere. */
export function createOnboardingAdmin({
  data,
  types,
  machineTypesDir,
  machines,
}: OnboardingAdminParts): OnboardingAdmin {
  return {
    waiting: (limit) => data.waiting(limit),
    async accept(rule, who) {
      if (!types.has(rule.type)) await addType(rule.type);
      return data.accept(rule, who);
    },
    ignore: async (match, who) => forgotten(await data.ignore(match, who)),
    declared: () => data.declared(),
    undo: async (match, who) => forgotten(await data.undo(match, who)),
  };

  /** Returns the outcome when its machines are forgotten everywhere. */
  async function forgotten<T extends { machines: string[] }>(outcome: T): Promise<T> {
    const those = outcome.machines.map((key) => {
      const [site = '', machine = ''] = key.split('/');
      return { site, machine };
    });
    if (those.length > 0) await machines.retire(those);
    return outcome;
  }

  /** Types that are known already stay as they are until the next start: machines are judged by them. */
  async function addType(name: string): Promise<void> {
    if (machineTypesDir === undefined) return;
    const type = readMachineTypes([builtInTypesDir, machineTypesDir]).types.get(name);
    if (!type) return;
    await data.addType(type);
    types.set(name, type);
  }
}
