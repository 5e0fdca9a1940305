/** Words that people give the product. As long as a function here does nothing, the year shows what its absence costs. */
import type { Machine } from '../plant/machines.ts';
import type { PlantGateway } from './gateway.ts';

/** Announces maintenance of a machine from now on until `toMs`: nothing should be raised meanwhile. */
export async function announceMaintenance(
  gateway: PlantGateway,
  { site, name }: Machine,
  toMs: number,
): Promise<void> {
  await gateway.admin?.maintenance.set({ site, machine: name, toMs }, { by: 'maria', address: '::1' });
}

/** Says that what a machine does now is normal. */
export async function sayThisIsNormal(_gateway: PlantGateway, _machine: Machine): Promise<void> {}
