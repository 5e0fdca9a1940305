/**
 * Report of the machine types that gateways know and this cloud does not: the units and limits of their machines are missing on
 * the page and in the API. Each is named once in the log, and all of them in the status.
 */
import { Type } from '@sinclair/typebox';
import { reportOf } from '../shared/parts/statistics.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { MachineState } from './ports/machines.ts';

/** Types that are named; gateways may make up names. */
const namedMax = 100;

interface UnknownTypesStatus {
  machineTypesUnknown: string[];
}

export class UnknownTypes {
  private readonly known: ReadonlyMap<string, unknown>;
  private readonly log: Log;
  private readonly named = new Set<string>();

  constructor(known: ReadonlyMap<string, unknown>, log: Log) {
    this.known = known;
    this.log = log;
  }

  /** To be called with machines that are listed, or have changed. */
  look(machines: readonly Pick<MachineState, 'machineType' | 'gateway'>[]): void {
    for (const { machineType, gateway } of machines) {
      if (machineType === '' || this.known.has(machineType) || this.named.has(machineType)) continue;
      if (this.named.size >= namedMax) return;
      this.named.add(machineType);
      this.log.warn(
        { machineType, gateway },
        'the cloud does not know a machine type: its machines are shown without units and limits; let machineTypesDir name a folder with the same files as on the gateway, and start the cloud again',
      );
    }
  }

  status(): UnknownTypesStatus {
    return { machineTypesUnknown: [...this.named] };
  }
}

export const unknownTypesReport = reportOf<UnknownTypesStatus>()({
  name: 'Machine types',
  statistics: {},
  status: {
    machineTypesUnknown: Type.Array(Type.String(), {
      description:
        'types of machines that this cloud does not know: it has neither units nor limits of their sensors',
    }),
  },
  samples: () => ({}),
});
