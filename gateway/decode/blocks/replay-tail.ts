import { gunzipSync } from 'node:zlib';
import { type Line, linesOf, parseLine, textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { stateCode } from '../../../shared/domain/states.ts';
import type { Block } from '../../ports/journal.ts';
import type { MachineOrSensor } from '../../ports/retiring.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { bytesPerIdentity } from '../identity/identities.ts';
import { identitiesMin, type RecentReadings } from '../identity/recent-readings.ts';
import { columnOf, type MachineSchema } from '../machines/machine-schema.ts';
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
  /** Whether a machine was replaced after a block: readings of the one before must not be judged as those of the new one. */
  wasReplaced?(of: MachineOrSensor, seq: number): boolean;
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
  // Where a state has been sent as a number and as a text, it is a state, whichever is first in the tail.
  for await (const block of parts.journal.tail('readings', parts.windowsBytes))
    for (const line of linesOf(textOf(block)))
      if (line.includes(textFieldMark)) openStates(line, parts, block.seq);
  const row = newRow();
  for await (const block of parts.journal.tail('readings', parts.windowsBytes)) {
    for (const line of linesOf(textOf(block))) replayLine(line, parts, row, block.seq);
    const columns = parts.builder.finishColumns();
    if (columns) windows({ ...columns, replay: true }, block.seq);
  }
}

const textFieldMark = `${textFieldSuffix}="`;

/** Returns the lines of a block. */
export function textOf({ codec, body }: Block): string {
  return (codec === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}

/** Returns the machine of a line; null if it needs no window: it was retired, or the configuration no longer has it. */
function machineOf({ measurement, tags }: Line, parts: ReplayTailParts, seq: number): MachineSchema | null {
  const { site = '', machine = '' } = tags;
  if (parts.wasRetired?.({ site, machine }, seq)) return null;
  try {
    const schema = parts.machines.find(site, machine);
    return schema.type.name === measurement ? schema : null;
  } catch {
    return null;
  }
}

/** Opens the columns of the states that a line has as texts. */
function openStates(text: string, parts: ReplayTailParts, seq: number): void {
  const line = parseLine(text);
  const schema = machineOf(line, parts, seq);
  if (!schema) return;
  const { site, machine } = schema;
  for (const [field, value] of Object.entries(line.fields)) {
    if (typeof value !== 'string') continue;
    const sensor = sensorOf(field, value);
    if (!parts.wasRetired?.({ site, machine, sensor }, seq)) columnOf(schema, sensor, true);
  }
}

function replayLine(text: string, parts: ReplayTailParts, row: Row, seq: number): void {
  const line = parseLine(text);
  const schema = machineOf(line, parts, seq);
  if (!schema) return;
  const { site, machine } = schema;
  if (parts.wasReplaced?.({ site, machine }, seq)) return;
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
export function sensorOf(field: string, value: unknown): string {
  const isText = typeof value === 'string' && field.endsWith(textFieldSuffix);
  return isText ? field.slice(0, -textFieldSuffix.length) : field;
}
