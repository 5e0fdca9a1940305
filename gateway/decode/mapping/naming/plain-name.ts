import { plainLetters, withMark } from '../../../../shared/names/plain-letters.ts';

/** Limit of remembered names; beyond it all are forgotten, because they are quickly known again. */
const knownMax = 10_000;
const lengthMax = 64;
const textLengthMax = 256;
const known = new Map<string, string>();

/**
 * Makes a name of a machine, site or sensor out of any text: `Living room/Temp.` is `Living_room_Temp.`, and `_` takes the
 * place of signs that names do not have; of letters see plain-letters.ts. Empty if nothing is left.
 */
export function plainName(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const { text: plain, mark } = plainLetters(text.slice(0, textLengthMax));
  const name = plain.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[^A-Za-z0-9]+|_+$/g, '');
  const made = withMark(name, mark, lengthMax);
  if (known.size >= knownMax) known.clear();
  if (text.length <= textLengthMax) known.set(text, made);
  return made;
}
