/**
 * Verdicts on a machine (shared/detector/verdict). Both questions at once: how far is the machine from its normal now (the state), and does something rare begin in this row (the
 * onset, once an event). `models detect` and the benchmark run it. Once a week of days is known, relations judge beside the state, as they do
 * in the gateway: a sensor that shows what the others do not explain is told although the machine shows as much at another speed.
 */
import { Detector, type DetectorOptions } from '../detector.ts';
import { OnsetSeries } from '../onset/onset-series.ts';
import { RelationDetector } from '../relations/relation-detector.ts';
import { parameters } from '../sensors/parameters.ts';
import type { Expected } from '../state/reasons.ts';
import { type MachineState, StateDetector } from '../state/state-detector.ts';

/** With more sensors, a pattern that one has never shown is found in some of them all the time. */
const noveltySensorsMax = 4;
/** A novelty of so many deviations is an onset of 0.5. */
const noveltyHalf = 3;
/** A sensor that stands still for so long that this is as rare is as far as the limit, in decades. */
const stillnessLimit = 5;

export class MachineDetector {
  readonly sensors: number;
  private readonly events: Detector;
  private readonly normal: StateDetector;
  private readonly relations: RelationDetector;
  private readonly series: OnsetSeries[];
  private readonly still: Float64Array;
  private stillest = 0;
  private beginning = 0;

  constructor(sensors: number, options: DetectorOptions = {}) {
    this.sensors = sensors;
    this.events = new Detector(sensors, options);
    const { warmUpRows } = this.events;
    this.normal = new StateDetector(sensors, { learnRows: warmUpRows });
    this.relations = new RelationDetector(sensors);
    const count = sensors <= noveltySensorsMax ? sensors : 0;
    this.series = Array.from({ length: count }, () => new OnsetSeries(warmUpRows));
    this.still = new Float64Array(sensors);
  }

  /** Adds a row as Detector.push does. */
  push(values: ArrayLike<number>, from = 0, timeMs = Number.NaN): void {
    const score = this.events.push(values, from, timeMs);
    this.normal.push(values, from);
    // Without times there are no days.
    if (!Number.isNaN(timeMs)) this.relations.push(values, from, timeMs);
    this.stillest = 0;
    this.events.stillness(this.still);
    for (const decades of this.still) this.stillest = Math.max(this.stillest, decades);
    const { band } = parameters.state;
    const rare = score > band ? (score - band) / (1 - band) : 0;
    let novelty = 0;
    for (let i = 0; i < this.series.length; i++)
      novelty = Math.max(novelty, this.series[i]!.push(values[from + i]!));
    this.beginning = 1 - (1 - rare) * (1 - novelty / (novelty + noveltyHalf));
  }

  /** How far from normal the machine is, 0 … 1; 0.5 is the limit. */
  get anomaly(): number {
    const ratio = Math.max(this.normal.ratio, this.stillRatio, this.relationRatio);
    return ratio / (1 + ratio);
  }

  /** How rare what begins in this row is, 0 … 1; 0 where nothing begins. */
  get onset(): number {
    return this.beginning;
  }

  get state(): MachineState {
    const { state } = this.normal;
    if (state === 'learning') return state;
    if (this.stillRatio >= 1 || this.relationRatio >= 1) return 'unusual';
    return state === 'normal' && this.relations.state === 'changed' ? 'changed' : state;
  }

  /** Number of the mode, from 1; null while the row is like none. */
  get mode(): number | null {
    return this.normal.mode;
  }

  /** Each sensor's share in the verdict that is farther from normal: weights ≥ 0, written to `into`. */
  contributions(into: Float64Array): Float64Array {
    if (this.stillRatio > this.normal.ratio && this.stillRatio >= 1) {
      into.set(this.still);
      return into;
    }
    if (this.isByRelations) {
      for (let i = 0; i < into.length; i++)
        into[i] = this.relations.ratioOf(i) >= 1 ? this.relations.ratioOf(i) : 0;
      return into;
    }
    return this.anomaly < 0.5 && this.onset > 0
      ? this.events.contributions(into)
      : this.normal.contributions(into);
  }

  /** Where a sensor usually is in the mode of the newest row, or beside the other sensors if it rests on these; in its own unit. */
  expected(sensor: number): Expected {
    const besideOthers = this.isByRelations ? this.relations.expected(sensor) : null;
    if (besideOthers) return besideOthers;
    return this.normal.expected(sensor);
  }

  private get relationRatio(): number {
    const { state, ratio } = this.relations;
    return state === 'unusual' ? ratio : 0;
  }

  private get isByRelations(): boolean {
    const { relationRatio } = this;
    return relationRatio >= 1 && relationRatio >= Math.max(this.normal.ratio, this.stillRatio);
  }

  private get stillRatio(): number {
    return this.stillest / stillnessLimit;
  }
}
