import { isIdentifier } from '../../../shared/contract/topics.ts';

/** Limit of remembered names; beyond it all are forgotten, because they are quickly known again. */
const knownMax = 10_000;
const known = new Map<string, string>();
/** A name with one of these is not a sensor's: it has quotes or control characters, or is a part of some code. */
const foreign = /[\p{Cc}"'`\\=]/u;
const lengthMax = 256;

/**
 * Returns the name of the sensor that a field's name stands for: the name without blanks around it, with `_` for every
 * character that names of sensors do not have (`Air Temp` and `Air/Temp` are `Air_Temp`). One rule for fields of the
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
  const plain = name.trim().replace(/[^A-Za-z0-9_.-]/g, '_');
  return isIdentifier(plain) ? plain : name;
}
