/** Names (shared/names): how the names of machines and sensors, in ASCII, are made of texts in any language. */
import { createHash } from 'node:crypto';

const markLength = 6;
/** Letters that have no ASCII form by Unicode’s rules, and the signs of units that are letters of other scripts. */
const forms = new Map(
  Object.entries({
    ...{ ß: 'ss', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D' },
    ...{ ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', ı: 'i', μ: 'u', Ω: 'Ohm' },
  }),
);

/**
 * Returns a text with the ASCII form of each letter that has one: `Küche` is `Kuche`, `m³` is `m3`, `µm` is `um`. Names are made of it.
 * Letters of other scripts have none: a mark of six hexadecimal digits tells their texts apart then, and is to end the name.
 */
export function plainLetters(text: string): { text: string; mark: string } {
  if (!/[^\0-\x7f]/.test(text)) return { text, mark: '' };
  const composed = text.normalize('NFC');
  const plain = composed
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\0-\x7f]/gu, (letter) => forms.get(letter) ?? letter);
  const isForeign = /[^\0-\x7f]/.test(plain.replace(/[^\p{L}\p{N}]/gu, ''));
  const mark = isForeign ? createHash('sha256').update(composed).digest('hex').slice(0, markLength) : '';
  return { text: plain, mark };
}

/** Ends a name of at most `lengthMax` characters with the mark of its text. */
export function withMark(name: string, mark: string, lengthMax: number): string {
  if (mark === '') return name.slice(0, lengthMax);
  const rest = name.slice(0, lengthMax - mark.length - 1);
  return `${rest === '' ? 'n' : rest}-${mark}`;
}
