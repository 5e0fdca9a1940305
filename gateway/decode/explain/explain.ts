/**
 * Explanations (gateway/decode/explain): what would be stored of a message, and why not the rest, for people who try a route
 * or a mapping. It goes the way of a reading up to the contract, and stores, counts and remembers nothing; the way itself is
 * in ../routes.ts and ../contract.ts.
 */

import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { unitText } from '../../../shared/words/units.ts';
import type { Decoded, DecodedReading } from '../../ports/decode.ts';
import { FieldNotes } from '../fields/field-notes.ts';
import { isAcceptedTime, type TimeBounds } from '../identity/time-bounds.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { Routes } from '../routes.ts';
import { newRow, type Row } from '../row.ts';
import { resolveTimes } from '../single-reading.ts';
import { kindOf } from '../values.ts';

export interface ExplainedValue {
  sensor: string;
  value: number | string | boolean;
  unit?: string;
}

export interface ExplainedReading {
  /** `site/machine`. */
  machine: string;
  type: string;
  /** ISO 8601; null: the time of arrival. */
  time: string | null;
  id?: string;
  values: ExplainedValue[];
}

/** Something that is not stored: a field, a value of a machine, or the message as a whole (both are absent). */
export interface NotStored {
  machine?: string;
  field?: string;
  value?: string;
  why: string;
  code?: string;
}

export interface Explained {
  readings: ExplainedReading[];
  /** Changes of machines and their devices, in words. */
  changes: string[];
  notStored: NotStored[];
}

interface Message {
  topic: string;
  payload: Buffer;
  receivedMs: number;
}

const sender = { client: 'harbinger decode', user: undefined };

export function explain(routes: Routes, bounds: TimeBounds, message: Message): Explained {
  const found: Explained = { readings: [], changes: [], notStored: [] };
  try {
    const route = routes.find(message.topic, sender);
    const decoded = route.decoder.decode(message.payload, route.target, (path, { why }) => {
      if (why !== undefined) found.notStored.push({ field: path === '' ? 'the payload' : path, why });
    });
    resolveTimes(decoded, message.receivedMs);
    for (const item of decoded) {
      try {
        explainItem(item, () => routes.machineOf(route, item, sender), bounds, message, found);
      } catch (error) {
        found.notStored.push(refused(error, item.machine ?? route.target.machine));
      }
    }
  } catch (error) {
    found.notStored.push(refused(error));
  }
  return found;
}

function explainItem(
  item: Decoded,
  machineOf: () => MachineSchema,
  bounds: TimeBounds,
  message: Message,
  found: Explained,
): void {
  if (item.unreadable) throw item.unreadable.error;
  const schema = machineOf();
  const machine = `${schema.site}/${schema.machine}`;
  if (item.lifecycle) found.changes.push(`${machine} ${item.lifecycle.state}`);
  else if (item.maintenance)
    found.changes.push(`${machine} maintenance ${item.maintenance.isOn ? 'begins' : 'ends'}`);
  else if (item.availability)
    found.changes.push(`${machine} is ${item.availability.isOnline ? 'online' : 'offline'}`);
  else if (item.faults)
    for (const { name, value, error } of item.faults)
      found.notStored.push({ machine, field: name, value: kindOf(value), ...why(error) });
  else explainReading(item, schema, machine, bounds, message, found);
}

function explainReading(
  item: DecodedReading,
  schema: MachineSchema,
  machine: string,
  bounds: TimeBounds,
  { receivedMs }: Message,
  found: Explained,
): void {
  const notes: NotStored[] = [];
  const log = {
    info: ({ field }: { field: string }, text: string) =>
      notes.push({ machine, field, why: text.replace(/^a field is not stored: /, '') }),
    warn: () => {},
  } as unknown as Log;
  const row = newRow();
  const fields = new FieldNotes(log);
  fields.check(schema, item, row, receivedMs);
  fields.accepted(schema, item, row, receivedMs);
  for (const { sensor, value, error } of row.refused)
    if (error) notes.push({ machine, field: sensor, value: kindOf(value), ...why(error) });
  const { deviceTime, id } = item;
  const isTaken = deviceTime !== undefined && isAcceptedTime(deviceTime.ms, receivedMs, bounds);
  if (deviceTime && !isTaken)
    notes.push({
      ...{ machine, field: 'time', value: timeText(deviceTime) },
      why: 'it is too far from now (see timestamps): the time of arrival is taken',
    });
  found.readings.push({
    ...{ machine, type: schema.type.name, time: isTaken ? timeText(deviceTime) : null },
    ...(id !== undefined && { id }),
    values: valuesIn(schema, row),
  });
  found.notStored.push(...notes);
}

/** Returns the values of a row as people read them: texts of states as they were sent, units written out. */
export function valuesIn({ set, type }: MachineSchema, row: Row): ExplainedValue[] {
  return set.sensors.flatMap((sensor, column): ExplainedValue[] => {
    const number = row.values[column]!;
    if (Number.isNaN(number)) return [];
    const state = row.states.find((each) => each.column === column);
    const sent = state && Buffer.from(state.sent).toString();
    const value = sent === undefined ? number : sent === 'true' || sent === 'false' ? sent === 'true' : sent;
    const unit = unitText(type.sensors[column]?.unit ?? '1');
    return [{ sensor, value, ...(unit !== '' && { unit }) }];
  });
}

function timeText({ ms, ns }: { ms: number; ns: number }): string {
  const text = new Date(ms).toISOString();
  return ns === 0 ? text : text.replace('Z', `${String(ns).padStart(6, '0')}Z`);
}

function why(error: Error | null): { why: string; code?: string } {
  if (!error) return { why: 'it says that there is no value' };
  return { why: messageOf(error), ...(error instanceof HarbingerError && { code: error.code }) };
}

function refused(error: unknown, machine?: string): NotStored {
  const known = error instanceof Error ? error : new Error(messageOf(error));
  return { ...(machine && { machine }), ...why(known) };
}
