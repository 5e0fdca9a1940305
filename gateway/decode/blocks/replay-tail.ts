import { gunzipSync } from 'node:zlib';
import { linesOf, parseLine, textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { stateCode } from '../../../shared/domain/states.ts';
import type { Block } from '../../ports/journal.ts';
import type { MachineOrSensor } from '../../ports/retiring.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { bytesPerIdentity } from '../identity/identities.ts';
import { identitiesMin, type RecentReadings } from '../identity/recent-readings.ts';
import { columnOf } from '../machines/machine-schema.ts';
import type { Machines } from '../machines/machines.ts';
import { newRow, type Row } from '../row.ts';
import type { BlockBuilder } from './block-builder.ts';

export interface ReplayTailParts {
  journal: {
    tail(lane: string, bytesMax: number): AsyncIterable<Block>;
    locals(lane: string, bytesMin: number): AsyncIterable<Buffer>;
  };
  recent: RecentReadings;
  machines: Machines;
  builder: BlockBuilder;
  /** Whether something was retired after a block; a machine, or one sensor of it. */
  wasRetired?(of: MachineOrSensor, seq: number): boolean;
  /** Bytes of the journal's tail that are read to fill windows. */
  windowsBytes: number;
}

/**
 * After a restart, remembers at least as many of the latest identities as are always remembered, however large their
 * readings are, and fills windows.
 */
export async function replayTail(
  parts: ReplayTailParts,
  windows: (columns: ColumnBatch, seq: number) => void,
): Promise<void> {
  for await (const local of parts.journal.locals('readings', identitiesMin * bytesPerIdentity)) {
    for (let at = 0; at + bytesPerIdentity <= local.length; at += bytesPerIdentity) {
      parts.recent.add(local.readUInt32LE(at), local.readUInt32LE(at + 4), local.readUInt32LE(at + 8));
    }
  }
  if (parts.windowsBytes === 0) return;
  const row = newRow();
  for await (const block of parts.journal.tail('readings', parts.windowsBytes)) {
    const text = (block.codec === 'gzip' ? gunzipSync(block.body) : block.body).toString('latin1');
    for (const line of linesOf(text)) replayLine(line, parts, row, block.seq);
    const columns = parts.builder.finishColumns();
    if (columns) windows({ ...columns, replay: true }, block.seq);
  }
}

function replayLine(text: string, parts: ReplayTailParts, row: Row, seq: number): void {
  const line = parseLine(text);
  const { site = '', machine = '' } = line.tags;
  if (parts.wasRetired?.({ site, machine }, seq)) return;
  let schema: ReturnType<Machines['find']>;
  try {
    schema = parts.machines.find(site, machine);
  } catch {
    return; // The configuration no longer has this machine, so it needs no window.
  }
  if (schema.type.name !== line.measurement) return;
  row.values.fill(Number.NaN, 0, schema.set.sensors.length);
  for (const [field, value] of Object.entries(line.fields)) {
    const sensor = sensorOf(field, value);
    if (parts.wasRetired?.({ site, machine, sensor }, seq)) continue;
    const isState = typeof value === 'string' || `${sensor}${textFieldSuffix}` in line.fields;
    const column = columnOf(schema, sensor, isState);
    if (column < 0) continue;
    if (typeof value === 'number') row.values[column] = value;
    else if (typeof value === 'string')
      row.values[column] = stateCode(value, schema.type.sensors[column]?.states);
  }
  parts.builder.add(schema, row, Number(line.timestampNs / 1_000_000n), 0);
}

/** The texts of states have fields of their own. */
function sensorOf(field: string, value: unknown): string {
  const isText = typeof value === 'string' && field.endsWith(textFieldSuffix);
  return isText ? field.slice(0, -textFieldSuffix.length) : field;
}
