/** Retiring machines, or single sensors of them, in the data thread. */
import type { BlockBuilder } from '../../decode/blocks/block-builder.ts';
import type { FieldNotes } from '../../decode/fields/field-notes.ts';
import type { CountsByMachine } from '../../decode/identity/counts-by-machine.ts';
import type { MachineSchema } from '../../decode/machines/machine-schema.ts';
import type { Machines } from '../../decode/machines/machines.ts';
import type { Routes } from '../../decode/routes.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { MachineOrSensor, RetiredInData } from '../../ports/retiring.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { BlockNotes } from './block-notes.ts';

export interface RetireParts {
  machines: Machines;
  routes: Routes;
  builder: BlockBuilder;
  fields: FieldNotes;
  counts: readonly CountsByMachine[];
  note: BlockNotes;
  /** Resolves when the readings so far are durable, and the windows know of their machines. */
  idle(): Promise<void>;
  /** The newest block of readings. */
  position(): BlockPosition;
  windows(columns: ColumnBatch): void;
}

/**
 * Forgets machines and sensors of them: what they count for their senders, their topics, layouts and counts. The windows
 * are told. The identities of their readings stay, so that a resend is recognised. @throws system errors: nothing was
 * forgotten
 */
export async function retire(
  parts: RetireParts,
  those: readonly MachineOrSensor[],
  topics: readonly string[],
): Promise<RetiredInData> {
  await parts.idle();
  const { machines, routes, builder, note } = parts;
  const isKnown = ({ site, machine, sensor }: MachineOrSensor) => {
    const schema = machines.known(site, machine);
    return schema !== null && (sensor === undefined || schema.set.columns.has(sensor));
  };
  note.add(those, parts.position());
  const retired = those.filter(isKnown);
  const gone = new Set<MachineSchema>();
  for (const each of those) {
    const name = `${each.site}/${each.machine}`;
    parts.fields.refused.forget(name, each.sensor);
    if (each.sensor === undefined) for (const count of parts.counts) count.forget(name);
    const schema = machines.known(each.site, each.machine);
    if (!schema || !isKnown(each)) continue;
    if (forget(parts, schema, each.sensor)) gone.add(schema);
  }
  routes.forget(gone);
  const columns = builder.finishColumns();
  if (columns) parts.windows(columns);
  const isOfTheirs = (topic: string) => {
    const named = routes.namesIn(topic);
    return named !== null && those.some((each) => names(each, named));
  };
  return {
    retired,
    unknown: those.filter((each) => !retired.includes(each)),
    topics: topics.filter(isOfTheirs),
  };
}

/** Returns true if the machine is known no more under its index. */
function forget({ machines, builder }: RetireParts, schema: MachineSchema, sensor?: string): boolean {
  const column = sensor === undefined ? undefined : schema.set.columns.get(sensor);
  if (sensor !== undefined && column !== undefined && column < schema.type.sensors.length) {
    builder.retire(schema, column);
    return false;
  }
  builder.retire(schema);
  if (sensor === undefined) machines.forget(schema);
  else builder.introduce(machines.forgetSensor(schema, sensor));
  return true;
}

function names(one: MachineOrSensor, named: MachineOrSensor): boolean {
  const isMachine = one.site === named.site && one.machine === named.machine;
  return isMachine && (one.sensor === undefined || one.sensor === named.sensor);
}
