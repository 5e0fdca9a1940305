/** Limit of remembered names; beyond it all are forgotten, because they are quickly known again. */
const knownMax = 10_000;
const lengthMax = 64;
const known = new Map<string, string>();

/**
 * Makes a name of a machine, site or sensor out of any text: `Living room/Temp.` is `Living_room_Temp.`, and `_` takes the
 * place of every character that names do not have. Empty if nothing is left.
 */
export function plainName(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = text
    .slice(0, 256)
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+|_+$/g, '')
    .slice(0, lengthMax);
  if (known.size >= knownMax) known.clear();
  if (text.length <= 256) known.set(text, made);
  return made;
}
