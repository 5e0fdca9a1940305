import { HttpError } from '../../../shared/http/errors.ts';
import type { MachineState, MachineStates } from '../../ports/machines.ts';
import type { MachineName, RetiredMachine, RetiredMachines } from '../../ports/retired/retired.ts';

export interface WantedMachine {
  site: string;
  machine: string;
  gateway?: string | undefined;
}

/** A machine, listed or retired, with the names of its earlier history. */
export interface FoundMachine {
  state: MachineState;
  /** Null if it is listed. */
  retired: RetiredMachine | null;
}

/**
 * The state of one machine. If several gateways report it, `gateway` chooses; without it, the one heard last. One that
 * was retired is found too, unless its name is listed. @throws HttpError 404
 */
export function findMachine(
  machines: MachineStates,
  retired: RetiredMachines,
  wanted: WantedMachine,
): FoundMachine {
  const state = latest(machines.all().filter((each) => isMeant(each, wanted)));
  if (state) return { state, retired: null };
  const gone = retired.all().filter((each) => isMeant(each.state, wanted) && each.why !== 'deleted');
  const last = latest(gone.map((each) => each.state));
  if (last) return { state: last, retired: gone.find((each) => each.state === last) ?? null };
  throw new HttpError(
    404,
    'API_MACHINE_UNKNOWN',
    `no machine ${wanted.site}/${wanted.machine} has reported; see \`harbinger machines list\` (/api/machines)`,
  );
}

/** The name of the one machine that is meant. @throws HttpError 404, 409 */
export function nameMachine(
  machines: MachineStates,
  retired: RetiredMachines,
  wanted: WantedMachine,
): MachineName {
  const { site, machine } = wanted;
  if (wanted.gateway !== undefined) return { gateway: wanted.gateway, site, machine };
  const listed = machines.all().filter((each) => isMeant(each, wanted));
  const known = listed.length > 0 ? listed : retired.all().map((each) => each.state);
  const gateways = [...new Set(known.filter((each) => isMeant(each, wanted)).map((each) => each.gateway))];
  if (gateways.length === 1) return { gateway: gateways[0]!, site, machine };
  if (gateways.length === 0)
    throw new HttpError(
      404,
      'API_MACHINE_UNKNOWN',
      `no machine ${site}/${machine} has reported; see \`harbinger machines list\` (/api/machines)`,
    );
  throw new HttpError(
    409,
    'API_MACHINE_AMBIGUOUS',
    `several gateways have a machine ${site}/${machine}: name the gateway (${gateways.slice(0, 10).join(', ')})`,
  );
}

function isMeant(state: MachineState, { site, machine, gateway }: WantedMachine): boolean {
  return (
    state.site === site && state.machine === machine && (gateway === undefined || state.gateway === gateway)
  );
}

function latest(states: readonly MachineState[]): MachineState | undefined {
  return states.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)[0];
}
