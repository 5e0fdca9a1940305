/**
 * Models as they run (shared/model): from a machine's rows to a network's input, and from its output to an
 * estimate. Training and gateways run the same code, so a change here changes what existing artefacts compute.
 * Training itself is in models/.
 *
 * Turns a machine's readings into a network's input. The parameters are learnt in training and stored in the manifest;
 * feature-path.ts applies them in training and inference alike. The steps are:
 *
 *   1. A sensor that is constant for longer than it ever was in training is stuck: its values count as missing.
 *   2. Each row is assigned the operating condition whose centre its settings are nearest to.
 *   3. Each value (or its logarithm) is expressed in standard deviations from that condition's mean, at most `clipStd`.
 *   4. A missing value is replaced by its expectation given the row's other sensors; a missing row repeats the previous
 *      one.
 *   5. The history is summarised (summary.ts); or, for networks that read the rows themselves, rows before the
 *      machine's first one repeat that row, and a column flags them as padding.
 */
import { type Static, Type } from '@sinclair/typebox';
import { Summary, summaryWidth } from './summary.ts';

/** Values are clipped to this many standard deviations, so that one faulty sensor cannot dominate the others. */
export const clipStd = 8;

/** Logarithm of a value that is positive if it is sound; any other value becomes a very small one. */
export function logarithm(value: number): number {
  return value > 0 ? Math.log(value) : Number.isNaN(value) ? Number.NaN : smallest;
}
const smallest = -100;

const Strict = { additionalProperties: false };
const Index = Type.Integer({ minimum: 0, maximum: 255 });

export const Condition = Type.Object(
  {
    centre: Type.Array(Type.Number(), { description: 'one per setting, in its unit' }),
    reach: Type.Number({
      minimum: 0,
      description: 'settings further from the centre (scaled) are unlike anything in training',
    }),
    share: Type.Number({ minimum: 0, maximum: 1, description: 'of the training rows' }),
    mean: Type.Array(Type.Number(), { description: 'one per channel, in its unit' }),
    std: Type.Array(Type.Number({ exclusiveMinimum: 0 })),
  },
  Strict,
);
export type Condition = Static<typeof Condition>;

export const Features = Type.Object(
  {
    settings: Type.Array(Index, {
      maxItems: 16,
      description: 'inputs that tell the operating condition; none where there is one condition only',
    }),
    settingScale: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
      description: 'settings are divided by these before distances are measured',
    }),
    conditions: Type.Array(Condition, {
      minItems: 1,
      maxItems: 64,
      description: 'found in training, the most frequent first',
    }),
    channels: Type.Array(Index, {
      minItems: 1,
      maxItems: 256,
      description: 'inputs that the network reads',
    }),
    logarithmic: Type.Optional(
      Type.Boolean({ description: 'the channels’ logarithms are read: their means and stds are of these' }),
    ),
    stillRowsMax: Type.Array(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]), {
      description:
        'per channel: equal values in a row beyond this mean a stuck sensor; null: it may stand still',
    }),
    correlation: Type.Array(Type.Number({ minimum: -1, maximum: 1 }), {
      description: 'of the normalised channels over the training rows, channels × channels',
    }),
    summary: Type.Optional(Summary),
  },
  Strict,
);
export type Features = Static<typeof Features>;

/** Checks that a schema cannot express; null if the features are sound for this number of inputs. */
export function featuresProblem(features: Features, inputs: number): string | null {
  const { settings, settingScale, conditions, channels, stillRowsMax, correlation, summary } = features;
  if ([...settings, ...channels].some((index) => index >= inputs))
    return 'features name inputs that do not exist';
  if (new Set(channels).size !== channels.length) return 'features name an input twice';
  const sound =
    settingScale.length === settings.length &&
    stillRowsMax.length === channels.length &&
    correlation.length === channels.length ** 2 &&
    (!summary ||
      [summary.mean, summary.std].every(({ length }) => length === summaryWidth(summary, channels.length))) &&
    conditions.every(
      ({ centre, mean, std }) =>
        centre.length === settings.length &&
        mean.length === channels.length &&
        std.length === channels.length,
    );
  return sound ? null : 'the lists of its features are not as long as they must be';
}
