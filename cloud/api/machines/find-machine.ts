import { HttpError } from '../../../shared/http/errors.ts';
import type { MachineState, MachineStates } from '../../ports/machines.ts';

/**
 * The state of one machine. If several gateways report it, `gateway` chooses; without it, the one heard last.
 * @throws HttpError 404
 */
export function findMachine(
  machines: MachineStates,
  wanted: { site: string; machine: string; gateway?: string | undefined },
): MachineState {
  const found = machines
    .all()
    .filter(
      ({ site, machine, gateway }) =>
        site === wanted.site &&
        machine === wanted.machine &&
        (wanted.gateway === undefined || gateway === wanted.gateway),
    )
    .sort((a, b) => b.lastSeenMs - a.lastSeenMs)[0];
  if (found) return found;
  throw new HttpError(
    404,
    'API_MACHINE_UNKNOWN',
    `no machine ${wanted.site}/${wanted.machine} has reported; see /api/machines`,
  );
}
