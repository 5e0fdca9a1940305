/**
 * Floods (test/chaos/faults/floods): one user or gateway that takes all it can get. Others must get what they need all
 * the same, and nothing that was owed is forgotten.
 */
import type { Fault } from '../fault.ts';
import { alertStorm } from './alert-storm.ts';
import { gatewayFloods } from './gateway-floods.ts';
import { heavyReaders } from './heavy-readers.ts';
import { hostileFields } from './hostile-fields.ts';
import { sessionFlood } from './session-flood.ts';
import { silentSockets } from './silent-sockets.ts';
import { userFloods } from './user-floods.ts';

export const floodFaults: Fault[] = [
  sessionFlood,
  alertStorm,
  ...userFloods,
  ...gatewayFloods,
  ...silentSockets,
  hostileFields,
  heavyReaders,
];
