/** Messages that attack formats (test/conformance/formats/attacks): a format must either read or refuse each with a typed error. */
import { seededRandom } from '../../../../shared/runtime/random.ts';

/** Random bytes, half of them texts of the characters that formats use. They are the same in every run. */
export function randomMessages(count: number): Buffer[] {
  const random = seededRandom(20_261_128);
  const characters = '{}[]":,;= \t\n\\0123456789.eE+-abtnulsfr_/#\u0000\u00e9\ud83d';
  const below = (limit: number) => Math.floor(random.next() * limit);
  return Array.from({ length: count }, (_, i) => {
    const length = below(120);
    if (i % 2 === 0) return Buffer.from(Array.from({ length }, () => below(256)));
    return Buffer.from(Array.from({ length }, () => characters[below(characters.length)]).join(''));
  });
}

/** A message cut at each of its bytes, and with each byte changed, doubled and left out. */
export function changedMessages(message: Buffer): Buffer[] {
  const random = seededRandom(message.length);
  return Array.from(message).flatMap((byte, at) => {
    const [before, after] = [message.subarray(0, at), message.subarray(at + 1)];
    const other = Buffer.from([byte ^ (1 + Math.floor(random.next() * 255))]);
    return [
      before,
      Buffer.concat([before, other, after]),
      Buffer.concat([before, Buffer.from([byte, byte]), after]),
      Buffer.concat([before, after]),
    ];
  });
}

const nested = (open: string, close: string, depth = 20_000) =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Texts at the limits of what a text parser expects. */
export function hostileTexts(): Buffer[] {
  const deep = nested('[', ']');
  const numbers = [
    '1e999',
    '-1e999',
    '1e-999',
    '9'.repeat(400),
    `0.${'1'.repeat(400)}`,
    '-0',
    '00',
    '0x1',
    'NaN',
  ];
  const texts = [
    '',
    ' ',
    '\u0000',
    '\ufeff',
    '__proto__',
    deep,
    nested('{"a":', '}'),
    `{"a":${deep}}`,
    `{"ts":${deep},"a":1}`,
    `[{"ts":${deep}},{"a":1}]`,
    `[{"n":${deep},"v":1}]`,
    `[{"n":"a","v":${deep}}]`,
    `{"state":${deep}}`,
    `{"state":"failed","ts":${deep}}`,
    '{"__proto__":{"a":1},"constructor":2,"toString":3}',
    '{"values":{"__proto__":1}}',
    '__proto__=1 constructor=2 toString=3',
    '__proto__ value=1 1\nconstructor value=2 1',
    '{"a":1}{"b":2}',
    ...numbers,
    ...numbers.flatMap((text) => [
      `{"a":${text}}`,
      `{"ts":${text},"a":1}`,
      `{"seq":${text},"a":1}`,
      `a=${text} ts=${text}`,
      `${text},${text},${text}`,
      `m a=${text} ${text}`,
    ]),
  ];
  return texts.map((text) => Buffer.from(text));
}
