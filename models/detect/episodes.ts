import type { MachineDetector } from '../../shared/detector/verdict/machine-detector.ts';

/** More episodes than this are counted, and not listed. */
const episodesMax = 1_000;
/** Rows below the limit that end an episode: shorter pauses belong to it. */
const pauseRows = 20;
const sensorsNamed = 3;
/** A sensor is named if its share is at least this part of the largest. */
const topShareMin = 0.25;

/** A sensor in the worst row of an episode: what it was, and what it usually is in that mode. */
export interface EpisodeSensor {
  name: string;
  value: number;
  low: number;
  high: number;
}

/** Rows in which the machine was unusual. */
export interface Episode {
  /** Row numbers from 1, and what the time column says there. */
  firstRow: number;
  lastRow: number;
  from: string;
  to: string;
  worst: number;
  mode: number | null;
  sensors: EpisodeSensor[];
}

/** Gathers the episodes of a file, from row to row. */
export class Episodes {
  readonly found: Episode[] = [];
  /** How many there were, also those that are not in `found`. */
  count = 0;
  private readonly names: readonly string[];
  private readonly weights: Float64Array;
  private current: Episode | null = null;

  constructor(names: readonly string[]) {
    this.names = names;
    this.weights = new Float64Array(names.length);
  }

  /** Takes a row that was judged. @param time what the time column says */
  take(row: number, time: string, detector: MachineDetector, values: Float64Array): void {
    if (detector.state !== 'unusual') {
      if (this.current && row - this.current.lastRow > pauseRows) this.current = null;
      return;
    }
    const { anomaly } = detector;
    if (!this.current) {
      this.current = {
        ...{ firstRow: row, lastRow: row, from: time, to: time },
        ...{ worst: 0, mode: detector.mode, sensors: [] },
      };
      if (this.count++ < episodesMax) this.found.push(this.current);
    }
    const { current } = this;
    current.lastRow = row;
    current.to = time;
    if (anomaly <= current.worst) return;
    current.worst = anomaly;
    current.sensors = this.sensorsOf(detector, values);
  }

  private sensorsOf(detector: MachineDetector, values: Float64Array): EpisodeSensor[] {
    return topSensors(detector, this.weights).map((sensor) => {
      const { low, high } = detector.expected(sensor);
      return { name: this.names[sensor]!, value: values[sensor]!, low, high };
    });
  }
}

/** Numbers of the sensors that a verdict rests on, largest share first. */
export function topSensors(detector: MachineDetector, weights: Float64Array): number[] {
  detector.contributions(weights);
  const order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]!).slice(0, sensorsNamed);
  const least = Math.max(1e-9, topShareMin * weights[order[0]!]!);
  return order.filter((sensor) => weights[sensor]! >= least);
}
