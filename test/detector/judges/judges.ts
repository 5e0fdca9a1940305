/**
 * Judges of made-up machines (test/detector/judges): the product's own, as the gateway and `models detect` use it, and simple ones to
 * compare with. A judge takes row after row and says after each what it makes of the machine. What is judged is in ../plants and ../months.
 */
import { Detector } from '../../../shared/detector/detector.ts';
import { MachineDetector } from '../../../shared/detector/verdict/machine-detector.ts';
import { EwmaCharts } from './ewma-charts.ts';
import { GatewayJudge } from './gateway-judge.ts';
import type { Judge, NewJudge } from './judge.ts';
import { StaticPca } from './static-pca.ts';

export const judges: Readonly<Record<string, NewJudge>> = {
  gateway: (sensors) => new GatewayJudge(sensors),
  detect: (sensors, learnRows) => new DetectJudge(sensors, learnRows),
  score: (sensors, learnRows) => new ScoreJudge(sensors, learnRows),
  'static PCA': (sensors, learnRows) => new StaticPca(sensors, learnRows),
  'EWMA per sensor': (sensors, learnRows) => new EwmaCharts(sensors, learnRows),
};

/** Verdicts of `models detect`. */
class DetectJudge implements Judge {
  private readonly detector: MachineDetector;

  constructor(sensors: number, learnRows: number) {
    this.detector = new MachineDetector(sensors, { warmUpRows: learnRows });
  }

  push(values: Float64Array, from: number, timeMs: number): void {
    this.detector.push(values, from, timeMs);
  }

  get isTold(): boolean {
    return this.detector.anomaly >= 0.5;
  }

  get isChanged(): boolean {
    return this.detector.state === 'changed';
  }

  get isReady(): boolean {
    return this.detector.state !== 'learning';
  }
}

/** The score of the detector before it knew modes and what lasts. */
class ScoreJudge implements Judge {
  isTold = false;
  readonly isChanged = false;
  private readonly detector: Detector;

  constructor(sensors: number, learnRows: number) {
    this.detector = new Detector(sensors, { warmUpRows: learnRows });
  }

  push(values: Float64Array, from: number, timeMs: number): void {
    this.isTold = this.detector.push(values, from, timeMs) >= 0.5;
  }

  get isReady(): boolean {
    return this.detector.rows > this.detector.warmUpRows;
  }
}
