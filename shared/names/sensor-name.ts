import { isIdentifier } from '../contract/topics.ts';
import { plainLetters, withMark } from './plain-letters.ts';

/** Limit of remembered names; beyond it all are forgotten, because they are quickly known again. */
const knownMax = 10_000;
const known = new Map<string, string>();
/** A name with one of these is not a sensor's: it has quotes or control characters, or is a part of some code. */
const foreign = /[\p{Cc}"'`\\=]/u;
const lengthMax = 256;
const nameLengthMax = 64;

/**
 * Returns the name of the sensor that a field's name stands for: the name without blanks around it, with `_` for every
 * sign that names of sensors do not have (`Air Temp` and `Air/Temp` are `Air_Temp`), and letters as in plain-letters.ts. One rule for fields of the
 * message, in groups and in lists. A name that cannot be one is returned unchanged; the contract passes it over.
 */
export function sensorName(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = isIdentifier(name) ? name : converted(name);
  if (known.size >= knownMax) known.clear();
  if (name.length <= lengthMax) known.set(name, made);
  return made;
}

function converted(name: string): string {
  if (name.length > lengthMax || foreign.test(name)) return name;
  const { text, mark } = plainLetters(name.trim());
  const plain = text.replace(/[^A-Za-z0-9_.-]/g, '_');
  if (mark === '') return isIdentifier(plain) ? plain : name;
  const marked = withMark(plain.replace(/^[^A-Za-z0-9]+|_+$/g, ''), mark, nameLengthMax);
  return isIdentifier(marked) ? marked : name;
}
