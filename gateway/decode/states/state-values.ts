/**
 * States (gateway/decode/states): values that are sent as a text or a boolean: what is stored of them. Which texts are a
 * state is in shared/domain/states.ts, and gateway/docs/0022 says why they are stored so.
 */
import { stringField, textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { isOpenState, isStateText, stateCode, stateNumber } from '../../../shared/domain/states.ts';
import type { ColumnSet } from '../machines/column-set.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';

/** One value of a column, ready to be written: a machine sends the same few again and again. */
export interface StateValue {
  column: number;
  /** Its number, or what stands for its text; see `stateCode`. */
  code: number;
  /** The sent value as bytes: the text without its quotes, or `true` or `false`. */
  sent: Uint8Array;
  /** Its fields in line protocol, as bytes: `mode=1,mode_text="AUTO"`. */
  fields: Uint8Array;
}

/** By column: the values that were sent, by text. */
type KnownValues = Map<string, StateValue>[];
const known = new WeakMap<ColumnSet, KnownValues>();
/** Values that are remembered for each column; more are made anew each time. */
const rememberedMax = 32;

/**
 * Returns what a text or a boolean means for a column of the machine; null if it is not a value there: the sensor is not a
 * state, or has not this one.
 */
export function stateValue(schema: MachineSchema, column: number, raw: string | boolean): StateValue | null {
  const { set } = schema;
  const text = typeof raw === 'string' ? raw : String(raw);
  const values = knownOf(set, column);
  // A boolean and its text differ in what is stored.
  const key = typeof raw === 'string' ? `"${text}` : text;
  const found = values.get(key);
  if (found) return found;
  const made = typeof raw === 'string' ? ofText(schema, column, raw) : ofBoolean(schema, column, raw);
  if (made && values.size < rememberedMax) values.set(key, made);
  return made;
}

function knownOf(set: ColumnSet, column: number): Map<string, StateValue> {
  let columns = known.get(set);
  if (!columns) {
    columns = [];
    known.set(set, columns);
  }
  columns[column] ??= new Map();
  return columns[column];
}

/** True if the column may have texts: its sensor is declared as a state, or was opened by one. */
export function isStateColumn({ type, set }: MachineSchema, column: number): boolean {
  const declared = type.sensors[column];
  return declared ? declared.kind === 'state' : set.isState[column] === true;
}

function ofBoolean({ set }: MachineSchema, column: number, raw: boolean): StateValue | null {
  const code = Number(raw);
  if (!(code >= set.min[column]! && code <= set.max[column]!)) return null;
  const fields = Buffer.from(`${set.sensors[column]}=${code}`);
  return { column, code, sent: Buffer.from(String(raw)), fields };
}

function ofText(schema: MachineSchema, column: number, raw: string): StateValue | null {
  if (!isStateColumn(schema, column)) return null;
  const { type, set } = schema;
  const name = set.sensors[column]!;
  const declared = type.sensors[column];
  const states = declared?.states;
  const number = stateNumber(raw, states);
  const isAccepted = declared ? (states ? !Number.isNaN(number) : isStateText(raw)) : isOpenState(name, raw);
  if (!isAccepted) return null;
  const text = `${name}${textFieldSuffix}=${stringField(raw)}`;
  const fields = Number.isNaN(number) ? text : `${name}=${number},${text}`;
  return { column, code: stateCode(raw, states), sent: Buffer.from(raw), fields: Buffer.from(fields) };
}
