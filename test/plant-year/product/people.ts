/** Words that people give the product. */
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
export async function sayThisIsNormal(gateway: PlantGateway, { site, name }: Machine): Promise<void> {
  gateway.admin?.relearn(site, name, { by: 'the plant', note: 'a new product' });
}
