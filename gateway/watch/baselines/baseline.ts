/**
 * The baseline of one machine, and the anomaly score: how unlike its own past the machine behaves, by the self-learning
 * detector of shared/detector, which sees each row once as it completes. A baseline is learnt from the machine's first
 * rows and then follows slowly, and least of all while it behaves strangely: one that learnt the wear would hide it.
 */
import { Detector } from '../../../shared/detector/detector.ts';
import type { RemainingRows } from '../../../shared/detector/remaining-life.ts';
import { parameters } from '../../../shared/detector/sensors/parameters.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { columnOrder, rowInOrder } from './column-order.ts';
import type { ExtraLooks } from './extra-looks.ts';

/** Rows after which a machine is scored. */
export const warmUpRows = 60;
/** Rows from which its baseline is learnt: more, since the first few seldom show all speeds and loads … */
export const learnRows = 120;
/** … and yet more where the type says nothing about its machines, and how long they live. */
export const learnRowsOpen = 600;
/** Distance over the limit of normal at which a state scores 0.5; more is asked where events are what counts. */
const ratioHalf = { state: 1.9, events: 2.2 };
/** Rarity in decades at which an event scores 0.5, and a sensor that stands still. */
const decadesHalf = { event: 4, still: 5 };
/** Above this score of its own the detector reports that something begins. */
const eventFrom = parameters.state.band;
/** The rows between two looks are averaged over about this many looks. */
const looksMean = 20;
/** Looks in a step at most, at a machine that sends faster: its cost is bounded in time. */
const fasterMax = 8;
/** A row after this part of a step counts as nominal: clocks and networks are not exact, and half of all rows come sooner. */
const wholeStep = 0.8;

const unlimited = { take: () => true };

export interface BaselineOptions {
  learnRows?: number;
  /**
   * The meaning of the score. `state`: how far from normal the machine is now, as long as it is; for types of which wear is
   * to be told. `events`: how rare what happened lately is, or how far it has drifted; what lasts becomes the new normal.
   */
  judges?: 'state' | 'events';
  /** The nominal time between two rows. Sooner rows are looked at `fasterMax` times in it at most; 0 (default): all. */
  stepMs?: number;
  /** Asked for each look sooner than about a step after the last. Default: as many as are wanted. */
  looks?: Pick<ExtraLooks, 'take'>;
}

/** How machines of a type are judged: where nothing is known of them, a change that lasts may well be a new normal. */
export function baselineOptions(type: MachineType): BaselineOptions {
  const { stepMs } = type;
  return type.openSensors ? { learnRows: learnRowsOpen, judges: 'events', stepMs } : { stepMs };
}

/** The part of a baseline that is kept over a restart. */
export interface SavedBaseline {
  /** Time of the last row that was looked at; null: none. */
  takenMs: number | null;
  /** The names of the detector's columns. */
  sensors: readonly string[];
  detector: Uint8Array;
}

/** The learnt normal behaviour of one machine. A few KB (9 KB with 14 sensors), of fixed size. */
export class Baseline {
  private readonly options: Required<BaselineOptions>;
  private detector: Detector;
  private columns: number;
  private takenMs = Number.NEGATIVE_INFINITY;
  /** Rows passed over since the last look; rows a look, lately (0: not known yet). */
  private passed = 0;
  private rowsALook = 0;
  /** The sensors' contributions to the event that began last. */
  private begun: Float64Array | null = null;
  /** The detector's columns by name, where it was restored, and where each is in a row (−1: nowhere yet). */
  private sensors: readonly string[] | null = null;
  private order: Int32Array | null = null;

  constructor(columns: number, options: BaselineOptions = {}) {
    this.options = { learnRows, judges: 'state', stepMs: 0, looks: unlimited, ...options };
    this.columns = columns;
    this.detector = this.newDetector();
  }

  /** Rows looked at. */
  get rows(): number {
    return this.detector.rows;
  }

  /** Whether enough is known to score. */
  get ready(): boolean {
    return this.rows >= (this.options.judges === 'events' ? this.options.learnRows : warmUpRows);
  }

  /** Takes one row into account, from `row[from]` on; NaN is an absent value. */
  take(row: Float32Array, timeMs: number, from = 0): void {
    const sinceMs = timeMs - this.takenMs;
    this.passed++;
    if (sinceMs >= 0 && sinceMs < wholeStep * this.options.stepMs && !this.mayLook(sinceMs)) return;
    this.takenMs = timeMs;
    this.rowsALook = this.rowsALook === 0 ? 1 : this.rowsALook + (this.passed - this.rowsALook) / looksMean;
    this.passed = 0;
    const { detector, order } = this;
    const score = order
      ? detector.push(rowInOrder(row, from, order), 0, timeMs)
      : detector.push(row, from, timeMs);
    if (score > eventFrom) this.begun = this.detector.contributions(this.begun ?? this.newDeviations());
  }

  private mayLook(sinceMs: number): boolean {
    const { stepMs, looks } = this.options;
    return sinceMs * fasterMax >= stepMs && looks.take();
  }

  /**
   * The machine has got more sensors, so its baseline does not hold any more. It is learnt anew, unless it knew these
   * sensors before the restart.
   */
  widen(sensors: readonly string[]): void {
    if (sensors.length <= this.columns) return;
    this.columns = sensors.length;
    const known = this.sensors && columnOrder(this.sensors, sensors);
    if (known) {
      this.order = known;
      return;
    }
    this.sensors = null;
    this.order = null;
    this.begun = null;
    this.detector = this.newDetector();
  }

  /** The newest row's score: by how far the machine is from its baseline, by what began lately, or by what stands still. */
  score(): AnomalyScore {
    const { detector, begun } = this;
    if (!this.ready) return { score: 0, deviations: new Float64Array(this.columns) };
    const { judges } = this.options;
    const square = detector.ratio ** 2;
    const state = square / (square + ratioHalf[judges] ** 2);
    const event = judges === 'events' ? rarityScore(detector.recentDecades, decadesHalf.event) : 0;
    const stillness = detector.stillness(this.newDeviations());
    const still = rarityScore(Math.max(...stillness), decadesHalf.still);
    const score = Math.max(state, event, still);
    if (score === still) return { score, deviations: this.inRowOrder(stillness) };
    if (score === event && begun) return { score, deviations: this.inRowOrder(begun.slice()) };
    return { score, deviations: this.inRowOrder(detector.contributions(this.newDeviations())) };
  }

  /** In rows of the machine, looked at or not; null where nothing can be said. */
  remaining(): RemainingRows | null {
    const looks = this.ready ? this.detector.remaining() : null;
    if (!looks) return null;
    const rows = Math.max(1, this.rowsALook);
    return { p10: rows * looks.p10, p50: rows * looks.p50, p90: rows * looks.p90 };
  }

  /** `sensors`: the machine's, by column of its rows. */
  save(sensors: readonly string[]): SavedBaseline {
    const takenMs = Number.isFinite(this.takenMs) ? this.takenMs : null;
    return { takenMs, sensors: this.sensors ?? sensors, detector: this.detector.toBytes() };
  }

  /**
   * Goes on from what was saved. `sensors`: the machine's now, by column of its rows; of an open type perhaps not all
   * that it had. @throws HarbingerError DETECTOR_STATE. False if it was another machine, as far as sensors go.
   */
  restore(saved: SavedBaseline, sensors: readonly string[]): boolean {
    const order = columnOrder(saved.sensors, sensors);
    const detector = Detector.fromBytes(saved.detector);
    const isSame = ({ warmUpRows, hasClock }: Detector) =>
      warmUpRows === this.detector.warmUpRows && hasClock === this.detector.hasClock;
    if (!order || !isSame(detector) || detector.sensors !== saved.sensors.length) return false;
    this.detector = detector;
    this.takenMs = saved.takenMs ?? Number.NEGATIVE_INFINITY;
    this.sensors = saved.sensors;
    this.order = order.every((column, i) => column === i) ? null : order;
    return true;
  }

  private newDeviations(): Float64Array {
    return new Float64Array(this.detector.sensors);
  }

  private inRowOrder(own: Float64Array): Float64Array {
    const { order } = this;
    if (!order) return own;
    const byColumn = new Float64Array(this.columns);
    order.forEach((column, i) => {
      if (column >= 0) byColumn[column] = own[i]!;
    });
    return byColumn;
  }

  private newDetector(): Detector {
    // Days and weeks are learnt where there is no model to know better; they take memory.
    const hasClock = this.options.judges === 'events';
    return new Detector(this.columns, { warmUpRows: this.options.learnRows, hasClock });
  }
}

const rarityScore = (decades: number, half: number) => 1 - 2 ** (-decades / half);

export interface AnomalyScore {
  /** 0 … 1; normal behaviour stays below 0.5; 0 until enough of it has been seen. */
  score: number;
  /** Per sensor, ≥ 0: what it has to do with the score. */
  deviations: Float64Array;
}

/** `columns`: how many sensors the answer is for. A machine that is not known scores 0. */
export function scoreAnomaly(baseline: Baseline | null, columns: number): AnomalyScore {
  return baseline?.score() ?? { score: 0, deviations: new Float64Array(columns) };
}
