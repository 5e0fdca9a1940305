import { covers, type OverrideBody } from '../../../shared/contract/fleet/overrides.ts';
import type { FleetAdmin } from '../../ports/fleet/fleet.ts';
import type { MachineState } from '../../ports/machines.ts';

/** The word of a person by which nobody is told of a machine's alerts. */
export interface MutedMachine {
  by: string;
  why: string;
  untilMs?: number;
}

/** Says which machines people have muted; null for one that they have not. */
export function mutedIn({
  wanted,
}: Pick<FleetAdmin, 'wanted'>): (machine: MachineState) => MutedMachine | null {
  const mutes = wanted('overrides').filter(({ body }) => (body as OverrideBody).action === 'mute');
  if (mutes.length === 0) return () => null;
  return (machine) => {
    const found = mutes.find(
      ({ body, gateway = machine.gateway }) =>
        gateway === machine.gateway && covers(body as OverrideBody, machine),
    );
    if (!found) return null;
    const { who, why, untilMs } = found;
    return { by: who, why, ...(untilMs !== undefined && { untilMs }) };
  };
}
