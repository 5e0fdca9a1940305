/**
 * The plot of `models detect --plot` (models/detect/plot): the file in at most a thousand columns, each over the same number of rows,
 * in constant memory: when all are full, neighbours are merged.
 */
import type { MachineDetector } from '../../../shared/detector/verdict/machine-detector.ts';

const binsMax = 1_000;

/** One column of the plot. Sensors that sent nothing have lows above their highs. */
export interface PlotBin {
  from: string;
  anomaly: number;
  isUnusual: boolean;
  isChanged: boolean;
  isLearning: boolean;
  /** By sensor: least and greatest value, and where it usually is in the bin's last row. */
  min: Float64Array;
  max: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

export class PlotBins {
  bins: PlotBin[] = [];
  private readonly sensors: number;
  private rowsPerBin = 1;
  private rows = 0;

  constructor(sensors: number) {
    this.sensors = sensors;
  }

  take(time: string, detector: MachineDetector, values: Float64Array): void {
    if (this.rows % this.rowsPerBin === 0) {
      if (this.bins.length >= binsMax) this.merge();
      if (this.rows % this.rowsPerBin === 0) this.bins.push(this.newBin(time));
    }
    this.rows++;
    const bin = this.bins.at(-1)!;
    const { state } = detector;
    bin.anomaly = Math.max(bin.anomaly, detector.anomaly);
    bin.isUnusual ||= state === 'unusual';
    bin.isChanged ||= state === 'changed';
    bin.isLearning ||= state === 'learning';
    const isLast = this.rows % this.rowsPerBin === 0 || this.rowsPerBin === 1;
    for (let i = 0; i < this.sensors; i++) {
      const value = values[i]!;
      if (value < bin.min[i]!) bin.min[i] = value;
      if (value > bin.max[i]!) bin.max[i] = value;
      if (!isLast && !Number.isNaN(bin.low[i]!)) continue;
      const { low, high } = detector.expected(i);
      bin.low[i] = low;
      bin.high[i] = high;
    }
  }

  private newBin(from: string): PlotBin {
    const filled = (value: number) => new Float64Array(this.sensors).fill(value);
    return {
      ...{ from, anomaly: 0, isUnusual: false, isChanged: false, isLearning: false },
      min: filled(Number.POSITIVE_INFINITY),
      max: filled(Number.NEGATIVE_INFINITY),
      low: filled(Number.NaN),
      high: filled(Number.NaN),
    };
  }

  private merge(): void {
    const merged: PlotBin[] = [];
    for (let at = 0; at < this.bins.length; at += 2) {
      const [one, two] = [this.bins[at]!, this.bins[at + 1]];
      if (two) {
        one.anomaly = Math.max(one.anomaly, two.anomaly);
        one.isUnusual ||= two.isUnusual;
        one.isChanged ||= two.isChanged;
        one.isLearning ||= two.isLearning;
        for (let i = 0; i < this.sensors; i++) {
          one.min[i] = Math.min(one.min[i]!, two.min[i]!);
          one.max[i] = Math.max(one.max[i]!, two.max[i]!);
        }
        one.low.set(two.low);
        one.high.set(two.high);
      }
      merged.push(one);
    }
    this.bins = merged;
    this.rowsPerBin *= 2;
  }
}
