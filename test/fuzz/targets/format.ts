import { formats } from '../../../gateway/decode/formats/formats.ts';
import type { Decoder } from '../../../gateway/ports/decode.ts';
import { createPart } from '../../../shared/parts/registry.ts';
import { hostileTexts } from '../../conformance/formats/attacks/hostile.ts';
import { OneFormat } from '../../conformance/formats/one-format.ts';
import type { FormatHarness } from '../../conformance/formats/suite.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Target } from '../target.ts';

/** Machines are reused, as a gateway remembers each one. */
const machinesMax = 100;

/** A payload format, through the whole pipeline. */
export async function formatTarget({ kind, config, sensor, ...own }: FormatHarness): Promise<Target> {
  const decoder = await createPart<undefined, Decoder>(formats, { kind, config }, undefined);
  const format = new OneFormat(decoder, sensor, machinesMax);
  const right = [own.message, ...(own.several ? [own.several] : [])];
  const seeds = [...right, ...own.hostile, ...hostileTexts().filter(({ length }) => length < 2_000)];
  return {
    kind,
    draw: (random) => {
      const seed = pick(random, below(random, 2) === 0 ? right : seeds);
      return [mutate(random, seed, seeds)];
    },
    async take([message = Buffer.alloc(0)]) {
      const { length } = message;
      await format.take(message, length % 2 === 0 ? 'open' : 'meter');
      const [unexpected] = format.unexpected.splice(0);
      if (unexpected !== undefined) throw new Error(`an unexpected error: ${unexpected}`);
    },
    close: async () => {},
  };
}
