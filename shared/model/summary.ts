/**
 * Summarises a history of any length as a fixed number of features: for each channel, its means over the last few,
 * dozens and hundreds of rows, its slopes over some of these spans, and its mean over the first existing rows; and
 * once, the length of the history. Each of these is optional. Slopes over a span longer than the history are small by
 * construction, because a short history proves little.
 */
import { type Static, Type } from '@sinclair/typebox';

const Span = Type.Integer({ minimum: 1, maximum: 512 });

export const Summary = Type.Object(
  {
    meanRows: Type.Array(Span, { minItems: 1, maxItems: 16 }),
    slopeRows: Type.Array(Span, { maxItems: 16 }),
    firstRows: Type.Integer({ minimum: 0, maximum: 512, description: '0: no mean over the first rows' }),
    relative: Type.Boolean({
      description: 'means are given as distances from the mean over the whole history',
    }),
    length: Type.Boolean({ description: 'whether the history’s length is among the features' }),
    mean: Type.Array(Type.Number(), { description: 'of each feature over the training windows' }),
    std: Type.Array(Type.Number({ exclusiveMinimum: 0 })),
  },
  { additionalProperties: false },
);
export type Summary = Static<typeof Summary>;

/** The settings of a summary, without its normalisation. */
export type SummarySpans = Omit<Summary, 'mean' | 'std'>;

/** Number of features at the end that belong to no channel: the length of the history. */
export const lengthFeatures = 2;
/** Rows at which the logarithm of a history's length is 0. */
const usualRows = 20;

export function summaryWidth(spans: SummarySpans, channels: number): number {
  const { meanRows, slopeRows, firstRows, length } = spans;
  const perChannel = meanRows.length + slopeRows.length + (firstRows > 0 ? 1 : 0);
  return channels * perChannel + (length ? lengthFeatures : 0);
}

/** Positions in the output where the values of a span begin. */
interface Slots {
  means: number[];
  slopes: number[];
}

/** Computes summaries; keeps no state between windows. */
export class Summariser {
  readonly width: number;
  private readonly spans: SummarySpans;
  private readonly channels: number;
  private readonly windowRows: number;
  /** The values to write after so many rows have been summed. */
  private readonly slotsAt = new Map<number, Slots>();
  private readonly sums: Float64Array;
  private readonly moments: Float64Array;

  constructor(spans: SummarySpans, channels: number, windowRows: number) {
    this.spans = spans;
    this.channels = channels;
    this.windowRows = windowRows;
    this.width = summaryWidth(spans, channels);
    this.sums = new Float64Array(channels);
    this.moments = new Float64Array(channels);
    spans.meanRows.forEach((rows, i) => {
      this.slots(rows).means.push(i * channels);
    });
    spans.slopeRows.forEach((rows, i) => {
      this.slots(rows).slopes.push((spans.meanRows.length + i) * channels);
    });
  }

  /**
   * Summarises rows `first` … `end` (inclusive) of rows × channels: writes the features, not yet normalised, to
   * `out[at]`.
   */
  summarise(rows: Float32Array, first: number, end: number, out: Float32Array, at: number): void {
    const { channels, sums, moments, spans, width } = this;
    const length = end - first + 1;
    sums.fill(0);
    moments.fill(0);
    for (let back = 0; back < length; back++) {
      const row = (end - back) * channels;
      for (let c = 0; c < channels; c++) {
        const value = rows[row + c]!;
        sums[c]! += value;
        moments[c]! += back * value;
      }
      const slots = this.slotsAt.get(back + 1);
      if (slots) this.write(slots, back + 1, back + 1, out, at);
    }
    for (const [span, slots] of this.slotsAt) if (span > length) this.write(slots, span, length, out, at);
    if (spans.firstRows > 0) this.firstMean(rows, first, Math.min(length, spans.firstRows), out, at);
    if (spans.relative) this.subtractMean(length, out, at);
    if (spans.length) {
      out[at + width - 2] = length / this.windowRows;
      out[at + width - 1] = Math.log(length / usualRows);
    }
  }

  private slots(rows: number): Slots {
    const span = Math.min(rows, this.windowRows);
    const slots = this.slotsAt.get(span) ?? { means: [], slopes: [] };
    this.slotsAt.set(span, slots);
    return slots;
  }

  private write({ means, slopes }: Slots, span: number, length: number, out: Float32Array, at: number): void {
    const { channels, sums, moments } = this;
    for (const slot of means) {
      for (let c = 0; c < channels; c++) out[at + slot + c] = sums[c]! / length;
    }
    const scale = 12 / Math.max(1, span ** 2 - 1);
    for (const slot of slopes) {
      for (let c = 0; c < channels; c++) {
        out[at + slot + c] = scale * (((length - 1) / 2) * sums[c]! - moments[c]!);
      }
    }
  }

  private firstMean(rows: Float32Array, first: number, length: number, out: Float32Array, at: number): void {
    const { channels, spans } = this;
    const slot = at + (spans.meanRows.length + spans.slopeRows.length) * channels;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let row = first; row < first + length; row++) sum += rows[row * channels + c]!;
      out[slot + c] = sum / length;
    }
  }

  private subtractMean(length: number, out: Float32Array, at: number): void {
    const { channels, spans, sums } = this;
    const slopesFrom = spans.meanRows.length;
    const blocks = slopesFrom + spans.slopeRows.length + (spans.firstRows > 0 ? 1 : 0);
    for (let block = 0; block < blocks; block++) {
      if (block >= slopesFrom && block < slopesFrom + spans.slopeRows.length) continue;
      for (let c = 0; c < channels; c++) out[at + block * channels + c]! -= sums[c]! / length;
    }
  }
}
