/**
 * The only path from readings to a network's input (features.ts lists its steps), used by training and inference alike.
 */
import { Expectation } from './expectation.ts';
import { clipStd, type Features, logarithm } from './features.ts';
import { lengthFeatures, Summariser } from './summary.ts';

/** A sensor is stuck if it has been constant for this many times its longest constant run in training … */
const stillFactor = 2;
/** … and for more rows than this, because a few equal values mean nothing. */
const stillRowsFloor = 4;

export interface FeaturePathOptions {
  features: Features;
  /** Values per row of readings: the sensors of the machine type. */
  inputs: number;
  windowRows: number;
  /** Windows with fewer rows are not judged. If it equals `windowRows`, windows are always full. */
  windowRowsMin: number;
}

/** Facts found while preparing a range of rows. */
export interface Prepared {
  /** Index of the first row that holds any value: a short history leaves the rows before it empty. */
  firstRow: number;
  /**
   * 0 … 1: the share of values, from the first row on, that are present, not stuck, within the range of the training
   * data, and in an operating condition seen in training.
   */
  familiarity: number;
}

export class FeaturePath {
  /** Length of a network's input. */
  readonly width: number;
  readonly channels: readonly number[];
  readonly windowRows: number;
  readonly inputs: number;
  /**
   * Values per row of the input of a network that reads rows: the channels and, if windows may be short, a padding
   * flag.
   */
  private readonly columns: number;
  private readonly features: Features;
  private readonly windowRowsMin: number;
  private readonly expectation: Expectation;
  private readonly conditions: { mean: Float64Array; scale: Float64Array }[];
  private readonly stillLimits: Float64Array;
  private readonly summariser: Summariser | null;
  /** Per channel: the row from which it is stuck. */
  private readonly stuckFrom: Int32Array;
  private readonly scratch: Float32Array;

  constructor({ features, inputs, windowRows, windowRowsMin }: FeaturePathOptions) {
    const channels = features.channels.length;
    this.features = features;
    this.inputs = inputs;
    this.windowRows = windowRows;
    this.windowRowsMin = windowRowsMin;
    this.channels = features.channels;
    this.columns = channels + (windowRowsMin < windowRows ? 1 : 0);
    this.expectation = new Expectation(features.correlation);
    this.conditions = features.conditions.map(({ mean, std }) => ({
      mean: Float64Array.from(mean),
      scale: Float64Array.from(std, (value) => 1 / value),
    }));
    this.stillLimits = Float64Array.from(features.stillRowsMax, (rows) =>
      rows === null ? Number.POSITIVE_INFINITY : Math.max(stillRowsFloor, Math.ceil(stillFactor * rows)),
    );
    this.summariser = features.summary ? new Summariser(features.summary, channels, windowRows) : null;
    this.width = this.summariser?.width ?? windowRows * this.columns;
    this.stuckFrom = new Int32Array(channels);
    this.scratch = new Float32Array(windowRows * channels);
  }

  /**
   * Prepares one window: `windowRows` × inputs at `raw[from]`, in the sensors' units, oldest first, NaN where absent,
   * with the rows of a short history at the end, become `width` numbers at `out[outFrom]`.
   * @returns the familiarity (see Prepared); 0 for a window with too few rows
   */
  window(raw: Float32Array, from: number, out: Float32Array, outFrom: number): number {
    const { windowRows, scratch } = this;
    const { firstRow, familiarity } = this.rows(raw, from, windowRows, scratch);
    this.assemble(scratch, firstRow, windowRows - 1, out, outFrom);
    return windowRows - firstRow < this.windowRowsMin ? 0 : familiarity;
  }

  /**
   * Applies steps 1 – 4 to any number of successive rows of one machine, which become rows × channels. Rows before the
   * first are not written.
   */
  rows(raw: Float32Array, from: number, rows: number, out: Float32Array): Prepared {
    const { inputs, features } = this;
    const channels = features.channels.length;
    const firstRow = this.firstRowOf(raw, from, rows);
    this.findStuck(raw, from, rows, firstRow);
    let condition = 0;
    let familiar = 0;
    for (let row = firstRow; row < rows; row++) {
      const at = from + row * inputs;
      const to = row * channels;
      const nearest = features.settings.length === 0 ? null : this.nearest(raw, at);
      if (nearest !== null) condition = nearest.condition;
      const { mean, scale } = this.conditions[condition]!;
      let there = 0;
      let usual = 0;
      for (let channel = 0; channel < channels; channel++) {
        const measured = raw[at + features.channels[channel]!]!;
        const value = features.logarithmic ? logarithm(measured) : measured;
        // NaN fails every comparison, so missing and stuck values stay NaN here.
        const z = row >= this.stuckFrom[channel]! ? Number.NaN : (value - mean[channel]!) * scale[channel]!;
        out[to + channel] = z > clipStd ? clipStd : Math.max(z, -clipStd);
        if (z <= clipStd && z >= -clipStd) usual++;
        if (!Number.isNaN(z)) there++;
      }
      if (there === 0 && row > firstRow) out.copyWithin(to, to - channels, to);
      else if (there < channels) this.expectation.fill(out, to);
      if (nearest === null || nearest.known) familiar += usual;
    }
    const values = (rows - firstRow) * channels;
    return { firstRow, familiarity: values === 0 ? 0 : familiar / values };
  }

  /** Applies step 5: the prepared rows `first` … `end`, at most a window's, become a network's input at `out[at]`. */
  assemble(rows: Float32Array, first: number, end: number, out: Float32Array, at: number): void {
    const { summary } = this.features;
    const from = Math.max(first, end - this.windowRows + 1);
    if (from > end) out.fill(0, at, at + this.width);
    else if (!this.summariser || !summary) this.pad(rows, from, end, out, at);
    else {
      this.summariser.summarise(rows, from, end, out, at);
      for (let i = 0; i < this.width; i++) out[at + i] = (out[at + i]! - summary.mean[i]!) / summary.std[i]!;
    }
  }

  /** Replaces all values of one channel of an input by the means of their operating conditions. */
  occlude(input: Float32Array, at: number, channel: number): void {
    const { summary, channels } = this.features;
    if (!summary) {
      for (let i = channel; i < this.width; i += this.columns) input[at + i] = 0;
      return;
    }
    const values = this.width - (summary.length ? lengthFeatures : 0);
    for (let i = channel; i < values; i += channels.length) {
      input[at + i] = -summary.mean[i]! / summary.std[i]!;
    }
  }

  private pad(rows: Float32Array, first: number, end: number, out: Float32Array, at: number): void {
    const { columns, windowRows } = this;
    const channels = this.channels.length;
    for (let row = 0; row < windowRows; row++) {
      const source = Math.max(first, end - windowRows + 1 + row) * channels;
      const to = at + row * columns;
      for (let c = 0; c < channels; c++) out[to + c] = rows[source + c]!;
      if (columns > channels) out[to + channels] = end - windowRows + 1 + row >= first ? 1 : 0;
    }
  }

  private firstRowOf(raw: Float32Array, from: number, rows: number): number {
    const end = from + rows * this.inputs;
    for (let at = from; at < end; at++) {
      if (!Number.isNaN(raw[at]!)) return Math.floor((at - from) / this.inputs);
    }
    return rows;
  }

  /** The first of a stuck sensor's equal values is genuine; those after it are not. */
  private findStuck(raw: Float32Array, from: number, rows: number, firstRow: number): void {
    const { inputs, features, stillLimits, stuckFrom } = this;
    for (let channel = 0; channel < stuckFrom.length; channel++) {
      stuckFrom[channel] = rows;
      const limit = stillLimits[channel]!;
      if (rows - firstRow <= limit) continue;
      let at = from + (rows - 1) * inputs + features.channels[channel]!;
      const last = raw[at]!;
      let equal = 1;
      for (at -= inputs; equal < rows - firstRow && raw[at] === last; at -= inputs) equal++;
      if (equal > limit) stuckFrom[channel] = rows - equal + 1;
    }
  }

  /**
   * Finds the operating condition of a row; null if one of its settings is missing (the last row's condition then
   * applies).
   */
  private nearest(raw: Float32Array, at: number): { condition: number; known: boolean } | null {
    const { settings, settingScale, conditions } = this.features;
    let best = 0;
    let bestSquare = Number.POSITIVE_INFINITY;
    for (let c = 0; c < conditions.length; c++) {
      const { centre } = conditions[c]!;
      let square = 0;
      for (let s = 0; s < settings.length; s++) {
        square += ((raw[at + settings[s]!]! - centre[s]!) / settingScale[s]!) ** 2;
      }
      if (square < bestSquare) [best, bestSquare] = [c, square];
    }
    if (bestSquare === Number.POSITIVE_INFINITY) return null;
    return { condition: best, known: bestSquare <= conditions[best]!.reach ** 2 };
  }
}
