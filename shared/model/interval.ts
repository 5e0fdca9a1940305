/**
 * Calibration of the interval: shifts of the network's own p10 and p90, depending on the predicted life, so that on
 * unseen machines 80 % of the labels lie within. The interval differs near the cap and near the end, so the shifts are
 * given at knots of p50 and interpolated linearly.
 */
import { type Static, Type } from '@sinclair/typebox';

const Numbers = Type.Array(Type.Number(), { minItems: 1, maxItems: 32 });

export const IntervalCalibration = Type.Object(
  {
    at: Type.Array(Type.Number(), { minItems: 1, maxItems: 32, description: 'p50, rising' }),
    p10Shift: Numbers,
    p90Shift: Numbers,
  },
  { additionalProperties: false },
);
export type IntervalCalibration = Static<typeof IntervalCalibration>;

/** Checks that a schema cannot express. */
export function intervalProblem({ at, p10Shift, p90Shift }: IntervalCalibration): string | null {
  if (p10Shift.length !== at.length || p90Shift.length !== at.length) {
    return 'the interval’s lists are not equally long';
  }
  return at.every((knot, i) => i === 0 || knot > at[i - 1]!) ? null : 'the interval’s knots do not rise';
}

function between(at: readonly number[], values: readonly number[], x: number): number {
  if (x <= at[0]!) return values[0]!;
  for (let i = 1; i < at.length; i++) {
    if (x > at[i]!) continue;
    const share = (x - at[i - 1]!) / (at[i]! - at[i - 1]!);
    return values[i - 1]! + share * (values[i]! - values[i - 1]!);
  }
  return values.at(-1)!;
}

/** Within this share of the cap, the shift of p50 tapers off: a machine as good as new needs no safety margin. */
const taperShare = 0.16;

/**
 * Converts quantiles in units of the label cap to p10, p50 and p90 in the unit of life, shifted by the calibration, in
 * order and within 0 … cap. `raw` holds three numbers per window.
 */
export function calibrated(
  raw: Float32Array,
  output: { labelCap: number; p50Shift?: number; interval: IntervalCalibration },
): Float32Array {
  const { labelCap, interval, p50Shift = 0 } = output;
  const { at, p10Shift, p90Shift } = interval;
  const lives = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i += 3) {
    const middle = Math.min(labelCap, Math.max(0, raw[i + 1]! * labelCap));
    const p50 = Math.max(0, middle + p50Shift * Math.min(1, (labelCap - middle) / (taperShare * labelCap)));
    lives[i] = Math.min(p50, Math.max(0, raw[i]! * labelCap + between(at, p10Shift, middle)));
    lives[i + 1] = p50;
    lives[i + 2] = Math.min(labelCap, Math.max(p50, raw[i + 2]! * labelCap + between(at, p90Shift, middle)));
  }
  return lives;
}
