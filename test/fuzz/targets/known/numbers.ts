import { formats } from '../../../../gateway/decode/formats/formats.ts';
import type { Decoder } from '../../../../gateway/ports/decode.ts';
import { linesOf, parseLine } from '../../../../shared/contract/line-protocol.ts';
import { createPart } from '../../../../shared/parts/registry.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { OneFormat } from '../../../conformance/formats/one-format.ts';
import { below, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** A number as somebody writes it into a message of a format. */
interface Written {
  form: FormName;
  text: string;
}

const float = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Digits with separators of some country: what they mean is tested elsewhere. */
const perhaps = /^[+-]?[\d., ']+(?:e[+-]?\d+)?$/i;

/** The payload, and what is a number in the format: null if it is none, and undefined where this file does not know. */
const forms = {
  influx: {
    message: (text: string) => `flow value=${text}`,
    valueOf: (text: string) => {
      if (/^-?\d+i$/.test(text)) return within(text, -(2n ** 63n), 2n ** 63n);
      if (/^\d+u$/.test(text)) return within(text, 0n, 2n ** 64n);
      return float.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
    },
  },
  json: {
    message: (text: string) => `{"flow":${text}}`,
    valueOf: (text: string) => (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? undefined : null),
  },
  number: {
    message: (text: string) => text,
    valueOf: (text: string) => (perhaps.test(text) ? undefined : null),
  },
  csv: {
    message: (text: string) => `flow;rpm\n${text};1`,
    valueOf: (text: string) => (perhaps.test(text) ? undefined : null),
  },
  'key-value': {
    message: (text: string) => `flow=${text}`,
    valueOf: (text: string) => (perhaps.test(text) ? undefined : null),
  },
} as const;
type FormName = keyof typeof forms;
const formNames = Object.keys(forms) as FormName[];

function within(text: string, from: bigint, below: bigint): number | null {
  const value = BigInt(text.slice(0, -1));
  return value >= from && value < below ? Number(value) : null;
}

const limits = [2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 19n];

function draw(random: Random): Written {
  const limit = () => String(pick(random, limits) + BigInt(below(random, 3) - 1));
  if (below(random, 8) === 0)
    return { form: 'influx', text: `${pick(random, ['', '-'])}${limit()}${pick(random, ['i', 'u', ''])}` };
  const digits = () =>
    below(random, 4) === 0 ? limit() : String(below(random, 10 ** (1 + below(random, 6))));
  const sign = pick(random, ['', '', '', '-', '+', '--', '+-']);
  const prefix = pick(random, ['', '', '', '', '0x', '0X', '0b', '0o', '0', '_', '.']);
  const fraction = pick(random, ['', '', '', `.${digits()}`, '.', `_${digits()}`, `.${digits()}.1`]);
  const exponent = pick(random, ['', '', '', 'e5', 'E-3', 'e', 'e+400', 'p3', 'e1.5']);
  const suffix = pick(random, ['', '', '', 'i', 'u', 'n', 'f', 'L', 'iu', '%']);
  const whole = pick(random, [digits(), digits(), digits(), '1010', 'fff1', '17']);
  return { form: pick(random, formNames), text: `${sign}${prefix}${whole}${fraction}${exponent}${suffix}` };
}

/** Numbers, and what programs and other formats write for numbers: what the format does not have is none. */
export async function numbersTarget(): Promise<Target> {
  const takers = new Map<string, (message: string) => Promise<Record<string, unknown>>>();
  for (const kind of formNames) takers.set(kind, await takerOf(kind));
  return {
    kind: 'numbers',
    draw: (random) => [Buffer.from(JSON.stringify(draw(random)))],
    async take([piece = Buffer.alloc(0)]) {
      const written = writtenIn(piece);
      if (!written) return;
      const { form, text } = written;
      const expected = forms[form].valueOf(text);
      if (expected === undefined) return;
      const { flow, flow_text: word } = await takers.get(form)!(forms[form].message(text));
      // A word is stored with the number that stands for it.
      const stored = word === undefined ? flow : undefined;
      if (stored !== (expected ?? undefined))
        throw new Error(`${text} in ${form} is stored as ${stored}, and is ${expected ?? 'no number'}`);
    },
    close: async () => {},
  };
}

/** Takes messages of a format; resolves with the fields that are stored of one. */
async function takerOf(kind: FormName) {
  const decoder = await createPart<undefined, Decoder>(formats, { kind, config: {} }, undefined);
  return async (message: string) => {
    // A machine of its own for each: a word of one message is not a column of the next.
    const format = new OneFormat(decoder, kind === 'number' ? 'flow' : undefined);
    let fields: Record<string, unknown> = {};
    format.onLines = (text) => {
      for (const line of linesOf(text)) fields = { ...fields, ...parseLine(line).fields };
    };
    await format.take(Buffer.from(message), 'open');
    return fields;
  };
}

function writtenIn(piece: Buffer): Written | null {
  try {
    const value = JSON.parse(piece.toString()) as Partial<Written> | null;
    const isOne = typeof value?.text === 'string' && Object.hasOwn(forms, value.form ?? '');
    return isOne ? (value as Written) : null;
  } catch {
    return null;
  }
}
