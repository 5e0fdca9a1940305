/**
 * Floods (test/chaos/faults/floods): one user or gateway that takes all it can get. Others must get what they need all
 * the same, and nothing that was owed is forgotten.
 */
import type { Fault } from '../fault.ts';
import { alertStorm } from './alert-storm.ts';
import { sessionFlood } from './session-flood.ts';

export const floodFaults: Fault[] = [sessionFlood, alertStorm];
