import { isNumberText } from '../../shared/contract/numbers/number-texts.ts';
import type { FieldSummary } from '../ports/onboarding/onboarding.ts';

const fieldsMax = 64;
const nameLengthMax = 64;
const statesMax = 8;
const textLengthMax = 32;
/** Fields of one reading that are looked at. */
const ofReadingMax = 256;

/** Summarises the fields of one machine's readings, within bounds of memory and of work for a reading. */
export class FieldNotes {
  private readonly fields = new Map<string, FieldSummary>();
  private hasMore = false;

  add(values: Readonly<Record<string, unknown>>): void {
    let looked = 0;
    for (const name in values) {
      if (++looked > ofReadingMax) break;
      const field = this.fieldOf(name);
      if (field) note(field, values[name]);
      else this.hasMore = true;
    }
  }

  summary(): { fields: FieldSummary[]; hasMoreFields: boolean } {
    const fields = [...this.fields.values()].map((field) => ({ ...field, states: [...field.states] }));
    return { fields, hasMoreFields: this.hasMore };
  }

  private fieldOf(name: string): FieldSummary | null {
    const known = this.fields.get(name);
    if (known) return known;
    if (this.fields.size >= fieldsMax || name.length > nameLengthMax) return null;
    const counts = { count: 0, numbers: 0, texts: 0, booleans: 0, others: 0, rises: 0, falls: 0 };
    const range = { low: null, high: null, isWhole: true };
    const field: FieldSummary = { name, ...counts, ...range, states: [], hasMoreStates: false, last: '' };
    this.fields.set(name, field);
    return field;
  }
}

function note(field: FieldSummary, value: unknown): void {
  field.count++;
  const number = numberOf(value);
  if (number !== null) noteNumber(field, number);
  else if (typeof value === 'boolean') field.booleans++;
  else if (typeof value === 'string') {
    field.texts++;
    noteState(field, value);
  } else field.others++;
  field.last = shownValue(value);
}

function noteNumber(field: FieldSummary, number: number): void {
  field.numbers++;
  const before = Number(field.last);
  if (field.last !== '' && number > before) field.rises++;
  if (field.last !== '' && number < before) field.falls++;
  field.low = Math.min(field.low ?? number, number);
  field.high = Math.max(field.high ?? number, number);
  field.isWhole &&= Number.isInteger(number);
}

function noteState(field: FieldSummary, text: string): void {
  const state = text.slice(0, textLengthMax);
  if (field.states.includes(state)) return;
  if (field.states.length < statesMax) field.states.push(state);
  else field.hasMoreStates = true;
}

/** A number, also one that is sent as a text; null for anything else. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && isNumberText(value) ? Number(value) : null;
}

function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value).slice(0, textLengthMax);
}
