/** Deletes the rows of one machine, which a person asked for, in pieces of some hours. */
import type { MachineName } from '../../../ports/retired/retired.ts';
import type { DeletedRows } from '../../../ports/store.ts';
import { deleteSlices } from './delete.ts';
import { hoursOf, targetsOf } from './targets.ts';
import { type RetentionDeps, Work } from './work.ts';

export async function deleteMachine(
  deps: RetentionDeps,
  name: MachineName,
  signal: AbortSignal,
): Promise<DeletedRows> {
  const work = new Work(deps, signal);
  let rows = 0;
  for (const target of await deps.read(targetsOf)) {
    if (work.isOver) break;
    const own = { ...target, where: `${target.where} AND ${isOf(name)}` };
    const hours = await deps.read((connection) => hoursOf(connection, own, null));
    if (hours.length > 0) rows += await deleteSlices(work, own, hours);
  }
  return { rows, isComplete: !work.isOver };
}

function isOf({ gateway, site, machine }: MachineName): string {
  return `gateway = ${text(gateway)} AND site = ${text(site)} AND machine = ${text(machine)}`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
