/**
 * Baselines (gateway/watch/baselines): what is normal for each machine, learnt from its own rows. shared/detector has
 * the mathematics; this folder feeds it and bounds its cost. Files are kept by ../saved-baselines.
 *
 * The baseline of one machine, and its anomaly score: the deviation from the machine's own past, computed by the
 * self-learning detector of shared/detector from each completed row. A baseline is learnt from the machine's first
 * rows. After that it follows slowly, and least of all during anomalies, because a baseline that adapted to wear would
 * hide it.
 */
import { type ColumnsBefore, withFurther, withoutKnowing } from '../../../shared/detector/columns/columns.ts';
import { Detector } from '../../../shared/detector/detector.ts';
import type { RemainingRows } from '../../../shared/detector/remaining-life.ts';
import { parameters } from '../../../shared/detector/sensors/parameters.ts';
import type { Sensor } from '../../../shared/domain/machine-type.ts';
import type { KnownFault } from '../../ports/decision.ts';
import type { Kind, Withheld } from '../kinds/found-kind.ts';
import { ratesOf } from '../kinds/rates.ts';
import { type SavedKinds, SensorKinds } from '../kinds/sensor-kinds.ts';
import { type Behaviour, inRow } from '../own-episodes/told-behaviour.ts';
import { allBeyond, type BeyondRange, UsualRange } from '../usual-range/usual-range.ts';
import { toldOf } from '../usual-range/within-shown.ts';
import { type AnomalyScore, decadesHalf, rarityScore, scoreOf } from './anomaly-score.ts';
import { type BaselineOptions, learnRows, unlimited } from './baseline-options.ts';
import { BehaviourWatch, explanationOf } from './behaviour.ts';
import { OwnColumns } from './column-order.ts';
import { type ModeNow, ModeWatch } from './mode-watch.ts';
import { Sampling } from './sampling.ts';
import type { SavedBaseline } from './saved-baseline.ts';

/** Rows before a machine is scored. */
export const warmUpRows = 60;
/** Above this score of its own, the detector reports the onset of an event. */
const eventFrom = parameters.state.band;

/** The learned baseline of one machine: a few KB (9 KB with 14 sensors), of fixed size. */
export class Baseline {
  private readonly options: Required<BaselineOptions>;
  private detector: Detector;
  private behaviour: BehaviourWatch;
  private readonly modes: ModeWatch;
  /** Null if states are judged. */
  private usual: UsualRange | null;
  private columns: number;
  /** The sensors by column of a row; empty while nobody has said them. */
  private names: readonly string[];
  /** Null if all sensors are quantities that the type declares. */
  private kinds: SensorKinds | null;
  /** Contributions of the sensors to the event that began last. */
  private onset: Float64Array | null = null;
  /** Kinds that were known before a restart, for sensors that have not sent again yet. */
  private savedKinds: SavedKinds = {};
  private readonly own = new OwnColumns();
  private readonly rates = ratesOf(() => this.kinds, this.own);
  private readonly explanation = explanationOf(() => [this.behaviour, this.modes], this.rates);
  private readonly sampling: Sampling;

  /** @param numbers of which those from `from` on are its sampling's; absent: it has some of its own */
  constructor(columns: number, options: BaselineOptions = {}, numbers?: Float64Array, from?: number) {
    this.options = { learnRows, judges: 'state', stepMs: 0, samples: unlimited, sensors: [], ...options };
    this.columns = columns;
    this.sampling = new Sampling(this.options, numbers, from);
    this.kinds = SensorKinds.of(this.options.sensors);
    this.detector = this.newDetector();
    this.names = this.options.sensors.map(({ name }) => name);
    this.behaviour = new BehaviourWatch(columns, this.names);
    this.modes = new ModeWatch(columns);
    this.modes.know(this.options.sensors, this.kinds);
    this.usual = this.newUsualRange();
  }

  /** A sensor turned out to be one of texts: it is not judged. */
  readonly leaveOut = (column: number) => this.kinds?.leaveOut(column);

  get rows(): number {
    return this.detector.rows;
  }

  get rowsNeeded(): number {
    return this.options.judges === 'events' ? this.options.learnRows : warmUpRows;
  }

  get ready(): boolean {
    return this.rows >= this.rowsNeeded;
  }

  /** Between which values a sensor was, by column; null if that is not known. */
  usualOf(column: number): { low: number; high: number } | null {
    return this.usual?.usualOf(this.own.ofRow(column)) ?? null;
  }

  /** How much of what is normal has been learnt, in rows; null once that is enough and nothing is done for the first time. */
  get learning(): { rows: number; needed: number } | null {
    if (!this.ready) return { rows: this.rows, needed: this.rowsNeeded };
    return this.usual?.firstTime() ?? null;
  }

  /** The kind of a sensor, by column, as its type declares it or its values have told. */
  kindOf(column: number): Kind {
    return this.kinds?.kindOf(column) ?? 'quantity';
  }

  /** Processes one row at `row[from]`; NaN is an absent value. */
  take(row: Float32Array, timeMs: number, from = 0): void {
    if (!this.sampling.looks(timeMs)) return this.kinds?.follow(row, from, timeMs);
    const known = this.kinds?.judged(row, from, timeMs) ?? row;
    const state = this.modes.codeIn(row, from);
    const changed = this.kinds?.takeChanges();
    if (changed) for (const column of changed) this.relearnSensor(column);
    const own = this.own.take(known, known === row ? from : 0);
    const at = own === row ? from : 0;
    if (this.kinds && this.kinds.withheld.size > 0) this.kinds.takeWithheld(this.beginRange);
    this.usual?.take(own, at, timeMs, this.explanation);
    if (!this.sampling.takes(timeMs, this.detector.sensors)) return;
    const score = this.detector.push(own, at, timeMs);
    this.behaviour.take(own, at, timeMs, state);
    this.behaviour.measured(this.kinds?.measured, this.own);
    this.modes.take(state, own, at, timeMs, this.kinds);
    // A second speed changes how the sensors go together too: that is normal when the speed is.
    const otherMs = this.usual?.explain(timeMs, this.explanation) ?? Number.NaN;
    if (!Number.isNaN(otherMs)) this.behaviour.confirmSince(otherMs);
    if (this.usual && this.ready) this.behaviour.followEpisodes(this.usual, timeMs);
    if (score > eventFrom) this.onset = this.detector.contributions(this.onset ?? this.newDeviations());
  }

  /** A speed that stood at 0 looked like a switch: its range begins there. */
  private readonly beginRange = (column: number, values: Withheld) =>
    this.usual?.begin(this.own.ofRow(column), values);

  /**
   * Called when the machine has got more sensors. They are learnt, and what is known of the others stays, unless it is hardly
   * anything. Returns the names of the sensors that begin to learn beside others that are known; empty if none does.
   */
  widen(sensors: readonly Sensor[]): readonly string[] {
    const before = this.columns;
    if (sensors.length <= before) return [];
    this.columns = sensors.length;
    if (this.kinds) this.kinds.widen(sensors, this.savedKinds);
    else this.kinds = SensorKinds.of(sensors, this.savedKinds);
    this.modes.know(sensors, this.kinds);
    const names = sensors.map(({ name }) => name);
    this.names = names;
    const added = this.own.grow(names, before);
    if (added.length === 0) return [];
    return this.grow(added.length) ? added : [];
  }

  /** Returns false if hardly anything was known, so that all is learnt anew. */
  private grow(added: number): boolean {
    if (!this.ready) {
      this.relearn();
      return false;
    }
    this.setColumns(withFurther(this.detector.sensors, added));
    this.behaviour.grow(this.detector.sensors, this.own.namesOr(this.names));
    return true;
  }

  private setColumns(columns: ColumnsBefore): void {
    this.detector = this.detector.withColumns(columns);
    this.usual?.setColumns(columns);
    this.modes.setColumns(columns);
    this.onset = null;
  }

  /** A sensor has turned out to be of another kind: what was learnt of it says nothing any more. */
  private relearnSensor(column: number): void {
    const own = this.own.ofRow(column);
    if (!this.ready || own < 0) {
      this.relearn();
      return;
    }
    const { sensors } = this.detector;
    this.setColumns(withoutKnowing(sensors, own));
    this.behaviour.renew(own, sensors);
  }

  /** Forgets what is normal, which is learnt anew from the next row on. Faults that people have named stay. */
  relearn(): void {
    this.own.forget();
    this.savedKinds = {};
    this.onset = null;
    this.detector = this.newDetector();
    this.behaviour = this.behaviour.anew(this.columns, this.names);
    this.modes.relearn(this.columns);
    this.usual = this.newUsualRange();
  }

  /** Sensors that are beyond their usual range, or show what the others do not explain, while that lasts; the farthest first. */
  beyond(): BeyondRange[] {
    if (!this.ready) return [];
    const ranges = this.usual?.beyond() ?? [];
    const all = allBeyond(ranges, this.behaviour.beyond());
    return toldOf(all, (own) => this.usual?.usualOf(own)).flatMap((each) => {
      const column = this.own.inRow(each.column);
      return column < 0 ? [] : [{ ...each, column }];
    });
  }

  /** In which mode the machine is; null if that is not known. */
  mode(): ModeNow | null {
    return this.modes.now((own) => this.own.inRow(own));
  }

  /** A person says that what has changed is normal from now on; all else that is normal stays. Returns false if nothing has. */
  confirmNormal(): boolean {
    return [this.behaviour.confirmNormal(), this.usual?.includeNow()].includes(true);
  }

  /** A person says that what it does in its mode is normal: modes, or what is usual in the one it says, are learnt anew. */
  confirmMode(): boolean {
    return [this.behaviour.forgetState(), this.modes.forget()].includes(true);
  }

  /** A person says that what lasts, or was unusual last, is a fault. Returns false if nothing was unusual yet. */
  confirmFault(fault: KnownFault): boolean {
    return this.behaviour.confirmFault(fault);
  }

  /** How the machine behaves, by how its sensors go together. */
  behaves(): Behaviour {
    return inRow(this.behaviour.now(), this.own, (own) => this.usual?.usualOf(own));
  }

  /** How rare what has begun lately is, 0 … 1. */
  onsetScore(): number {
    return this.ready ? rarityScore(this.detector.recentDecades, decadesHalf.event) : 0;
  }

  /**
   * Returns the newest row's score: the highest of the distance from the baseline, of a recent onset, and of constant
   * sensors. If events are judged, that is how rare it is, and sensors beyond their usual range score more.
   */
  score(): AnomalyScore {
    const { usual } = this;
    if (!this.ready) return { score: 0, deviations: new Float64Array(this.columns) };
    const rarity = scoreOf(this.detector, this.options.judges, this.onset);
    if (!usual) return { ...rarity, deviations: this.inRows(rarity.deviations) };
    const distances = this.newDeviations();
    const { score, isByOthers } = this.behaviour.unusual(usual, rarity.score);
    if (isByOthers) this.behaviour.distances(distances);
    else if (!usual.distances(distances)) return { score, deviations: this.inRows(rarity.deviations) };
    return { score, deviations: this.inRows(distances) };
  }

  /** Remaining life in rows of the machine, sampled or not; null if it is unknown. */
  remaining(): RemainingRows | null {
    return this.sampling.inRows(this.ready ? this.detector.remaining() : null);
  }

  /** Returns the baseline for saving. `sensors` are the machine's, by column of its rows. */
  save(sensors: readonly string[]): SavedBaseline {
    const takenMs = Number.isFinite(this.sampling.takenMs) ? this.sampling.takenMs : null;
    const usual = this.usual?.save();
    const detector = this.detector.toBytes();
    const kinds = this.savedKinds && { ...this.savedKinds, ...this.kinds?.save() };
    const names = this.own.namesOr(sensors);
    const faults = this.behaviour.faultsOf(names);
    const learnt = { detector, ...this.behaviour.save(), faults, kinds, modes: this.modes.save() };
    return { takenMs, sensors: names, ...learnt, ...(usual && { usual }) };
  }

  /**
   * Restores a saved baseline. `sensors` are the machine's now, by column of its rows; an open type may still lack
   * some, and have others, which are learnt. Returns false if what was saved does not match. @throws HarbingerError DETECTOR_STATE
   */
  restore(saved: SavedBaseline, sensors: readonly string[]): boolean {
    const detector = Detector.fromBytes(saved.detector);
    const isSame = ({ warmUpRows, hasClock }: Detector) =>
      warmUpRows === this.detector.warmUpRows && hasClock === this.detector.hasClock;
    if (!isSame(detector) || detector.sensors !== saved.sensors.length) return false;
    this.detector = detector;
    this.behaviour = BehaviourWatch.restored(saved, detector.sensors, saved.faults, saved.sensors);
    this.modes.restore(saved.modes, detector.sensors);
    this.usual = this.newUsualRange(detector.sensors);
    // Earlier versions have saved none: it is learnt.
    if (saved.usual) this.usual?.restore(saved.usual);
    this.savedKinds = saved.kinds;
    this.kinds?.restore(saved.kinds);
    this.sampling.takenMs = saved.takenMs ?? Number.NEGATIVE_INFINITY;
    this.own.restore(saved.sensors, sensors);
    const added = this.own.grow(sensors, saved.sensors.length);
    if (added.length > 0) this.grow(added.length);
    return true;
  }

  private readonly inRows = (own: Float64Array) => this.own.valuesInRow(own, this.columns);

  private readonly newDeviations = () => new Float64Array(this.detector.sensors);

  private newDetector(): Detector {
    // Daily and weekly seasons take memory, so they are learnt only if no model could do better.
    const hasClock = this.options.judges === 'events';
    return new Detector(this.columns, { warmUpRows: this.options.learnRows, hasClock });
  }

  private newUsualRange(sensors = this.columns): UsualRange | null {
    const { judges, learnRows } = this.options;
    return judges === 'events' ? new UsualRange(sensors, learnRows) : null;
  }
}
