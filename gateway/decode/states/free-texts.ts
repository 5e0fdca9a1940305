/**
 * Free texts in a field that has sent numbers too, on an open type. `ERR` among numbers is a probe that is not well; a field that says
 * `A-17`, `77` and `B-3` is a text, whose numbers mean nothing: nobody wants to be called about it.
 */
import { saysNothing } from '../../../shared/domain/states.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';

/** So many different texts, of those that do not say that something is wrong, are not those of a probe that is not well. */
const differentMin = 3;
/** Words by which devices say that there is no value, or a bad one. */
const wrong =
  /\b(?:e|err|error|fault|faulty|fail|failed|failure|bad|invalid|alarm|open|short|shorted|broken|break|loose|lost|missing|over|under|overflow|underflow|overrange|underrange|range|limit|sat|saturated|timeout|disconnected|offline|unplugged|no|not|none|nc|ol|lo|hi|low|high)\b/i;
const says = /\p{L}/u;

/** By machine and column: the texts that it has sent; null once they are enough. */
const known = new WeakMap<MachineSchema, Map<number, Set<string> | null>>();

/** Takes a text of a column that a number has opened. Returns true if the column turned out to be one of texts. */
export function isTextColumn(schema: MachineSchema, column: number, text: string): boolean {
  const columns = known.get(schema) ?? new Map<number, Set<string> | null>();
  known.set(schema, columns);
  const texts = columns.get(column) ?? null;
  if (columns.has(column) && texts === null) return !isWrong(text);
  if (isWrong(text)) return false;
  const different = new Set(texts ?? []).add(text.slice(0, 64));
  columns.set(column, different.size >= differentMin ? null : different);
  return different.size >= differentMin;
}

/** True for a text that says that a value is absent or bad, or says nothing. */
function isWrong(text: string): boolean {
  return !says.test(text) || saysNothing(text) || wrong.test(text.replaceAll('_', ' '));
}
