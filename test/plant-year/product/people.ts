/**
 * Words that people give the product. These are the hooks of features that it does not offer yet: as long as a function
 * here does nothing, the year shows what its absence costs.
 */
import type { Machine } from '../plant/machines.ts';
import type { PlantGateway } from './gateway.ts';

/** Announces maintenance of a machine from now on until `toMs`: nothing should be raised meanwhile. */
export async function announceMaintenance(
  _gateway: PlantGateway,
  _machine: Machine,
  _toMs: number,
): Promise<void> {}

/** Says that what a machine does now is normal. */
export async function sayThisIsNormal(_gateway: PlantGateway, _machine: Machine): Promise<void> {}
