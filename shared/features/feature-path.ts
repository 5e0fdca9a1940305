/** The one way from readings to a network's input (features.ts lists its steps): training and inference both call it. */
import { Expectation } from './expectation.ts';
import { clipStd, type Features, logarithm } from './features.ts';
import { lengthFeatures, Summariser } from './summary.ts';

/** A sensor is stuck when it stands still for so many times longer than it ever did in training. */
const stillFactor = 2;
/** … and for more rows than this: a few equal values mean nothing. */
const stillRowsFloor = 4;

export interface FeaturePathOptions {
  features: Features;
  /** Values in a row of readings: the machine type's sensors. */
  inputs: number;
  windowRows: number;
  /** Windows with fewer rows are not judged. Equal to `windowRows`: windows are always full. */
  windowRowsMin: number;
}

/** What is known of some rows after they were prepared. */
export interface Prepared {
  /** Rows before this one hold no value at all: the machine's history is that short. */
  firstRow: number;
  /**
   * 0 … 1: share of the values from the first row on that are there, not stuck, and like those in training, in an
   * operating condition like those in training.
   */
  familiarity: number;
}

export class FeaturePath {
  /** Numbers in a network's input. */
  readonly width: number;
  readonly channels: readonly number[];
  readonly windowRows: number;
  readonly inputs: number;
  /** Values in a row of the input of a network that reads rows: the channels and, where windows may be short, a mark. */
  private readonly columns: number;
  private readonly features: Features;
  private readonly windowRowsMin: number;
  private readonly expectation: Expectation;
  private readonly conditions: { mean: Float64Array; scale: Float64Array }[];
  private readonly stillLimits: Float64Array;
  private readonly summariser: Summariser | null;
  /** Per channel: the row from which on it is stuck. */
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
   * One window: `windowRows` × inputs at `raw[from]`, in the sensors' units, oldest first, NaN where absent, a short
   * history's rows at the end → `width` numbers at `out[outFrom]`.
   * @returns the familiarity (see Prepared); 0 for a window with too few rows
   */
  window(raw: Float32Array, from: number, out: Float32Array, outFrom: number): number {
    const { windowRows, scratch } = this;
    const { firstRow, familiarity } = this.rows(raw, from, windowRows, scratch);
    this.assemble(scratch, firstRow, windowRows - 1, out, outFrom);
    return windowRows - firstRow < this.windowRowsMin ? 0 : familiarity;
  }

  /** Steps 1 – 4 for any number of successive rows of one machine → rows × channels; those before the first are not touched. */
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
        // NaN fails every comparison: what is missing or stuck stays NaN for now.
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

  /** Step 5: rows `first` … `end` of prepared rows, at most the window's → a network's input at `out[at]`. */
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

  /** Makes one channel of an input what it would be were all its values the mean of their operating conditions. */
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

  /** The first of a stuck sensor's equal values is a genuine one; those after it are not. */
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

  /** Which condition a row is in; null where its settings are not all there (it stays in the last row's). */
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
