/**
 * Inputs whose meaning is known (test/fuzz/targets/known): what is drawn says what it means, so that what the product makes of it
 * can be compared. Here: numbers under names that mean something else somewhere.
 */
import { json } from '../../../../gateway/decode/formats/json/json.ts';
import { typedReadings } from '../../../../gateway/decode/typed/decoder.ts';
import { writeReadings } from '../../../../gateway/decode/typed/write.ts';
import { linesOf, parseLine } from '../../../../shared/contract/line-protocol.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import { OneFormat } from '../../../conformance/formats/one-format.ts';
import { below, pick } from '../../mutate.ts';
import type { Target } from '../../target.ts';

/** The names of the numbers in one reading, which a device sends as JSON, or a source such as Sparkplug hands in. */
interface Named {
  form: 'json' | 'source';
  names: string[];
}

/** Names by which JSON says of a reading which one it is, and when it was. */
const claims = ['time', 'ts', 'timestamp', 'timestamp_ms', 'id', 'seq'];
const names = [
  ...claims,
  ...[
    'value',
    'values',
    'machine',
    'site',
    'gateway',
    'fields',
    'level',
    'flow',
    'x_text',
    'Motor/t',
    'Motor_t',
  ],
  ...['Motor t', '__proto__', 'constructor', 'a.b', 'Größe', '泵1', '风1', '_', 'x'.repeat(70)],
];

function draw(random: Random): Named {
  const drawn = Array.from({ length: 1 + below(random, 5) }, () => pick(random, names));
  return { form: pick(random, ['json', 'source'] as const), names: [...new Set(drawn)] };
}

/** Numbers under names that have another meaning somewhere, or become one: each is stored, or said not to be. */
export async function fieldNamesTarget(): Promise<Target> {
  return {
    kind: 'field-names',
    draw: (random) => [Buffer.from(JSON.stringify(draw(random)))],
    async take([piece = Buffer.alloc(0)]) {
      const named = namedIn(piece);
      if (named) await check(named);
    },
    close: async () => {},
  };
}

async function check({ form, names }: Named): Promise<void> {
  const format = new OneFormat(form === 'json' ? json : typedReadings);
  const stored: number[] = [];
  format.onLines = (text) => {
    for (const line of linesOf(text)) stored.push(...(Object.values(parseLine(line).fields) as number[]));
  };
  const valued = names.map((name, i) => [name, (i + 1) * 1.25] as const);
  if (form === 'json') {
    const fields = valued.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    await format.take(Buffer.from(`{${fields.join()}}`), 'open');
  } else await format.takeReadings(writeReadings([{ site: 'lab', machine: 'm', values: valued }]));
  // As a dead letter it is kept whole, with the reason.
  if (format.became.letters > 0) return;
  const meant = valued.filter(([name]) => form === 'source' || !claims.includes(name));
  const invented = stored.filter((value) => !meant.some((each) => each[1] === value));
  const isTwice = new Set(stored).size < stored.length;
  const untold = meant.length - stored.length - format.fieldsTold;
  if (invented.length > 0 || isTwice || untold > 0)
    throw new Error(
      `of ${JSON.stringify(Object.fromEntries(meant))} ${stored.join()} are stored, and ${format.fieldsTold} are reported as not stored`,
    );
}

function namedIn(piece: Buffer): Named | null {
  try {
    const value = JSON.parse(piece.toString()) as Partial<Named> | null;
    const isOne =
      (value?.form === 'json' || value?.form === 'source') &&
      Array.isArray(value.names) &&
      value.names.every((name) => typeof name === 'string');
    return isOne && new Set(value.names).size === value.names!.length ? (value as Named) : null;
  } catch {
    return null;
  }
}
