/** States: what texts and booleans of switches and modes mean as numbers, and which texts are a state at all. */

/** Limit of the characters of a state's text. */
export const stateTextMax = 32;

/**
 * A word or a few: anything that can be printed, with a letter or a picture in it. It begins like no number, list or object, and
 * with no blank, so that what is a value or a part of a message by mistake does not pass for a mode.
 */
const plainText = /^[^\p{Z}\p{N}\p{C}+.,{[<-][^\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]{0,31}$/u;
const says = /[\p{L}\p{Extended_Pictographic}]/u;
/** Its form in words, for people whose text is not taken. */
export const stateTextForm = `up to ${stateTextMax} characters that can be printed, the first of them no digit, sign of a number or blank`;

/** Texts in lower case that mean a switch is on (1) or off (0). */
const switchWords: ReadonlyMap<string, number> = new Map([
  ...['on', 'true', 'yes', 'run', 'running', 'active', 'enabled'].map((text) => [text, 1] as const),
  ...['off', 'false', 'no', 'stop', 'stopped', 'inactive', 'disabled'].map((text) => [text, 0] as const),
]);
/** Texts in lower case by which an open type recognises a state, whatever its name. */
const stateWords = new Set(
  `auto automatic manual hand idle standby ready paused start started starting stopping open opened opening closed
  closing locked unlocked heating cooling forward reverse local remote`.split(/\s+/),
);
/** The last word of names under which an open type takes any short text as a state. */
const stateNames =
  /(?:^|[_. -])(?:mode|state|status|stage|phase|program|recipe|operation|direction|fault|alarm)$/;
/** The words, in lower case, by which an open type recognises a state. */
export const openStateWords: readonly string[] = [...switchWords.keys(), ...stateWords];

/** Texts that say there is no value, in lower case. */
const nothing = new Set('unavailable unknown none null nan undefined n/a na invalid infinity inf'.split(' '));

/** True for a text that says there is no value. */
export const saysNothing = (text: string): boolean => nothing.has(text.trim().toLowerCase());

/** Codes of texts without a number begin here, above the numbers that states have. */
const codeFrom = 65_536;
/** Below it, a 32-bit float holds every whole number. */
const codeTo = 2 ** 24;

/** True if a text is short and plain enough to be a state. */
export function isStateText(text: string): boolean {
  return (
    text.length <= stateTextMax && plainText.test(text) && says.test(text) && !nothing.has(text.toLowerCase())
  );
}

/** True if an open type takes a text under a name as a state. */
export function isOpenState(name: string, text: string): boolean {
  if (!isStateText(text)) return false;
  const word = text.toLowerCase();
  return switchWords.has(word) || stateWords.has(word) || isStateName(name);
}

/** True if a name says by its last word that it is a state's. */
export function isStateName(name: string): boolean {
  return stateNames.test(wordsOf(name));
}

/** A name in lower case, with a sign between its words: `pumpMode` becomes `pump_mode`. */
export function wordsOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

/**
 * The number of a state's text: its place in the list that its type declares, or 1 and 0 for what means on and off; NaN
 * if it has none.
 */
export function stateNumber(text: string, states?: readonly string[]): number {
  const word = text.toLowerCase();
  if (!states) return switchWords.get(word) ?? Number.NaN;
  const place = states.findIndex((state) => state.toLowerCase() === word);
  return place < 0 ? Number.NaN : place;
}

/**
 * By what a state is compared with others of its sensor: its number, or for a text without one a number that is always the
 * same for it, and that a 32-bit float holds.
 */
export function stateCode(text: string, states?: readonly string[]): number {
  const number = stateNumber(text, states);
  if (!Number.isNaN(number)) return number;
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return codeFrom + ((hash >>> 0) % (codeTo - codeFrom));
}
