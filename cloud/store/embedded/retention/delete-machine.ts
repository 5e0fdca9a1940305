/** Deletes the rows of one machine, which a person asked for, in pieces of some hours. */
import type { MachineSpan } from '../../../ports/retired/retired.ts';
import type { DeletedRows } from '../../../ports/store.ts';
import { deleteSlices } from './delete.ts';
import { hoursOf, targetsOf } from './targets.ts';
import { type RetentionDeps, Work } from './work.ts';

export async function deleteMachine(
  deps: RetentionDeps,
  span: MachineSpan,
  signal: AbortSignal,
): Promise<DeletedRows> {
  const work = new Work(deps, signal);
  let rows = 0;
  for (const target of await deps.read(targetsOf)) {
    if (work.isOver) break;
    const own = { ...target, where: `${target.where} AND ${isOf(span)}` };
    const hours = await deps.read((connection) => hoursOf(connection, own, null));
    if (hours.length > 0) rows += await deleteSlices(work, own, hours);
  }
  return { rows, isComplete: !work.isOver };
}

function isOf({ gateway, site, machine, afterMs, untilMs }: MachineSpan): string {
  const after = afterMs === undefined ? '' : ` AND time >= ${timestamp(afterMs + 1)}`;
  const until = untilMs === undefined ? '' : ` AND time < ${timestamp(untilMs + 1)}`;
  return `gateway = ${text(gateway)} AND site = ${text(site)} AND machine = ${text(machine)}${after}${until}`;
}

function timestamp(ms: number): string {
  return `make_timestamp_ns(${BigInt(ms) * 1_000_000n})`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
