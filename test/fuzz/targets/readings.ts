import { typedReadings } from '../../../gateway/decode/typed/decoder.ts';
import { readReadings } from '../../../gateway/decode/typed/read.ts';
import { shownReadings } from '../../../gateway/decode/typed/shown.ts';
import { writeReadings } from '../../../gateway/decode/typed/write.ts';
import type { NamedTypedValue, TypedReading, TypedValue } from '../../../gateway/ports/source.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { OneFormat } from '../../conformance/formats/one-format.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Target } from '../target.ts';

const values: readonly TypedValue[] = [
  21.5,
  0,
  -1,
  2n ** 63n,
  -(2n ** 63n),
  2n ** 64n,
  true,
  false,
  null,
  'AUTO',
  'ü',
];
const names = ['flow', 'temperature', 'Air Temp', 'id', '__proto__', '', 'x'.repeat(300)];
const machines = ['meter-1', 'meter-2', 'm', '', '../m'];
const times = [undefined, 1_700_000_000_000_000_000n, 0n, -1n, 2n ** 63n - 1n];
const qualities = ['good', 'uncertain', 'bad'] as const;

function drawReading(random: Random): TypedReading {
  const timeNs = pick(random, times);
  const drawn = Array.from(
    { length: below(random, 6) },
    (): NamedTypedValue => [pick(random, names), pick(random, values), pick(random, qualities)],
  );
  const site = pick(random, ['plant', 'lab', 'nowhere']);
  return { site, machine: pick(random, machines), ...(timeNs !== undefined && { timeNs }), values: drawn };
}

/** Readings of sources in their binary form, as they are in dead letters, through the whole pipeline. */
export async function readingsTarget(): Promise<Target> {
  const format = new OneFormat(typedReadings);
  return {
    kind: 'readings',
    draw(random) {
      const readings = Array.from({ length: below(random, 5) }, () => drawReading(random));
      const right = writeReadings(readings);
      return [below(random, 4) === 0 ? right : mutate(random, right, [right])];
    },
    async take([payload = Buffer.alloc(0)]) {
      await format.takeReadings(payload);
      const [unexpected] = format.unexpected.splice(0);
      if (unexpected !== undefined) throw new Error(`an unexpected error: ${unexpected}`);
      shownReadings(payload);
      const read = readable(payload);
      if (read && !writeReadings(readReadings(writeReadings(read))).equals(writeReadings(read)))
        throw new Error('readings are not what was written of them');
    },
    close: async () => {},
  };
}

function readable(payload: Buffer): TypedReading[] | null {
  try {
    return readReadings(payload);
  } catch (error) {
    if (error instanceof HarbingerError) return null;
    throw error;
  }
}
