import type { MachineState } from '../../ports/machines.ts';
import type { RetiredMachine } from '../../ports/retired/retired.ts';

type Forgettable =
  | 'estimator'
  | 'unjudgedMs'
  | 'settlesToMs'
  | 'settlesSinceMs'
  | 'renamedFrom'
  | 'renamedMs';

export function renamedTo({ into }: Pick<RetiredMachine, 'into'>): Partial<MachineState> {
  return into ? { renamedTo: `${into.site}/${into.machine}` } : {};
}

/** @param gateway of the new name */
export function formerName({ gateway: old, site, machine }: MachineState, gateway: string): string {
  return `${site}/${machine}${old === gateway ? '' : ` of gateway ${old}`}`;
}

/** Deletes only what is there: an object from which something was deleted costs more from then on, and is copied each time. */
export function forget(state: MachineState, ...names: Forgettable[]): void {
  for (const name of names) if (state[name] !== undefined) delete state[name];
}
