import { HttpError } from '../../../shared/runtime/http-errors.ts';
import type { MachineState, Operations } from '../../ports.ts';

/** Where two gateways report the same machine, `gateway` chooses; without it, the one heard last. */
export function findMachine(
  operations: Operations,
  wanted: { site: string; machine: string; gateway?: string | undefined },
): MachineState {
  const found = operations
    .machines()
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
