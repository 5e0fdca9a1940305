/**
 * The self-learned normal of one machine: one row in, one score out, in one pass, without labels and without looking
 * ahead. See shared/docs/detector.md for what is computed and how it was measured.
 */
import { pack, readHead, unpack } from './detector-state.ts';
import { Evidence } from './evidence.ts';
import { HealthHistory, healthOf } from './health.ts';
import { parameters } from './parameters.ts';
import type { RemainingRows } from './remaining-life.ts';
import { enterBin, learnUsual, newProfiles, type Profile, usual } from './season.ts';
import { changes, initSensor, rowsSeen, sensorSize } from './sensor-layout.ts';
import { sensorDecades } from './sensor-streams.ts';
import { stillnessDecades } from './sensor-views.ts';
import { limitRatio } from './state-limit.ts';
import { type Row, Structure } from './structure.ts';
import { initStream, streamDecades, streamSize } from './tail.ts';

const { noiseRows, onset, state } = parameters;
/** What is further from a sensor's first value counts as this far, in its units: its square fits single precision. */
const relativeMax = 1e15;

export interface DetectorOptions {
  /** Rows from which normal is learnt in full; later ones change it slowly, and less the stranger they are. */
  warmUpRows?: number;
  /** Rows have times on a clock on which a day means something: seasons are learnt. */
  hasClock?: boolean;
}

export class Detector {
  readonly sensors: number;
  readonly warmUpRows: number;
  readonly hasClock: boolean;
  rows = 0;
  /** Of the newest row, 0 … 1: up to 0.6 how far from normal the machine is (0.5: at the limit), above that something
   * rare begins here. */
  score = 0;
  /** How far from normal the machine is now, over the limit of normal. */
  ratio = 0;
  /** Per sensor: its first value (NaN: none yet), and the unit it is counted in (0: it has never changed). */
  private readonly origin: Float64Array;
  private readonly unit: Float64Array;
  private readonly streams: Float32Array;
  private readonly distances = new Float32Array(streamSize);
  /** Mean and variance of distance, and of agitation. */
  private readonly limits = new Float64Array(4);
  private readonly evidence = new Evidence();
  private readonly structure: Structure;
  private readonly profiles: Profile[];
  private readonly health = new HealthHistory();
  /** Per sensor: rarity of the newest value in decades; part of the squared distance. */
  private readonly blame: Float32Array;

  constructor(sensors: number, options: DetectorOptions = {}) {
    this.sensors = sensors;
    this.warmUpRows = Math.max(parameters.warmUpRows, options.warmUpRows ?? parameters.learnRows);
    this.hasClock = options.hasClock ?? false;
    this.origin = new Float64Array(sensors).fill(Number.NaN);
    this.unit = new Float64Array(sensors);
    this.streams = new Float32Array(sensors * sensorSize);
    for (let i = 0; i < sensors; i++) initSensor(this.streams, i * sensorSize);
    initStream(this.distances, 0);
    this.structure = new Structure(sensors);
    this.profiles = this.hasClock ? newProfiles(sensors) : [];
    this.blame = new Float32Array(2 * sensors);
  }

  /**
   * Takes `values[from] … values[from + sensors - 1]`, NaN where absent. `timeMs`: since 1970, NaN if not known.
   * Returns the score.
   */
  push(values: ArrayLike<number>, from = 0, timeMs = Number.NaN): number {
    if (this.sensors === 0) return 0;
    this.rows++;
    const row = workRow(this.sensors);
    const strangest = this.readSensors(values, from, timeMs, row);
    const far = this.readStructure(row);
    const ramp = Math.min(1, this.rows / parameters.warmUpRows);
    const begins = this.evidence.push(Math.max(strangest, this.sensors > 1 ? far : 0), this.rows, ramp);
    const square = ramp * this.ratio ** 2;
    this.score = (state.band * square) / (square + 0.2);
    if (begins > 0) {
      const over = 2 ** (-Math.max(0, begins - onset.decadesMin) / onset.halfDecades);
      this.score = state.band + (1 - state.band) * (1 - over);
    }
    return this.score;
  }

  /** Rarity, in decades, of the rarest that has happened lately; fades. */
  get recentDecades(): number {
    return this.evidence.recentDecades;
  }

  /** 1 … 0. */
  get healthIndex(): number {
    return healthOf(this.ratio);
  }

  /** Rows until the end of life if how far from normal the machine is has a trend; null: unknown. */
  remaining(): RemainingRows | null {
    return this.rows > this.warmUpRows ? this.health.remaining() : null;
  }

  /** What each sensor has to do with the newest score: weights ≥ 0, written to `into` (one a sensor). */
  contributions(into: Float64Array): Float64Array {
    const { sensors, blame } = this;
    let parts = 0;
    for (let i = 0; i < sensors; i++) parts += blame[sensors + i]!;
    const isEvent = this.score > state.band;
    for (let i = 0; i < sensors; i++) {
      const share = parts > 0 ? blame[sensors + i]! / parts : 0;
      into[i] = share * this.ratio + (isEvent ? blame[i]! : 0);
    }
    return into;
  }

  /** Per sensor, how rare it is for it to stand still for as long as it has: in decades, written to `into`. */
  stillness(into: Float64Array): Float64Array {
    for (let i = 0; i < this.sensors; i++) into[i] = stillnessDecades(this.streams, i * sensorSize);
    return into;
  }

  /** All that was learnt, as bytes: a detector made from them goes on as if nothing had happened. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return pack(this, this.scalars(), this.arrays());
  }

  /** @throws HarbingerError DETECTOR_STATE if they are not of this version */
  static fromBytes(bytes: Uint8Array): Detector {
    const head = readHead(bytes);
    const made = new Detector(head.sensors, head);
    const scalars = unpack(bytes, made.scalars().length, made.arrays());
    let at = 0;
    const next = () => scalars[at++]!;
    made.rows = next();
    made.score = next();
    made.ratio = next();
    made.structure.rows = next();
    made.structure.distance = next();
    made.structure.agitation = next();
    made.health.filled = next();
    made.health.span = next();
    made.health.count = next();
    made.health.sum = next();
    for (const profile of made.profiles) profile.bin = next();
    return made;
  }

  private scalars(): number[] {
    const { structure, health, profiles } = this;
    return [
      ...[this.rows, this.score, this.ratio, structure.rows, structure.distance, structure.agitation],
      ...[health.filled, health.span, health.count, health.sum],
      ...profiles.map(({ bin }) => bin),
    ];
  }

  private arrays(): (Float32Array | Float64Array)[] {
    const { structure, profiles, evidence } = this;
    return [
      ...[this.origin, this.unit, this.streams, this.blame],
      ...[this.distances, this.limits, this.health.means, evidence.tails, evidence.onset],
      ...[structure.moments, structure.covariance, structure.precision],
      ...profiles.flatMap(({ means, current, misses }) => [means, current, misses]),
    ];
  }

  /** Each sensor by itself. Fills `row`; returns the rarest of them, in decades. */
  private readSensors(values: ArrayLike<number>, from: number, timeMs: number, row: Row): number {
    const { sensors, streams, blame, profiles } = this;
    const hasTime = !Number.isNaN(timeMs) && profiles.length > 0;
    if (hasTime) for (const profile of profiles) enterBin(profile, timeMs);
    let strangest = 0;
    for (let i = 0; i < sensors; i++) {
      const level = values[from + i]!;
      const at = i * sensorSize;
      blame[i] = 0;
      row.values[i] = Number.NaN;
      row.levels[i] = 0;
      if (!Number.isFinite(level)) continue;
      const value = this.relative(i, level);
      row.levels[i] = this.unit[i] === 0 ? level : level / this.unit[i]!;
      const usualNow = hasTime ? usual(profiles, i) : Number.NaN;
      const decades = sensorDecades(streams, at, value, row.levels[i]!, usualNow);
      if (hasTime) for (const profile of profiles) learnUsual(profile, i, value);
      row.values[i] = value;
      row.seen[i] = streams[at + rowsSeen]!;
      row.changes[i] = streams[at + changes]!;
      blame[i] = decades;
      if (decades > strangest) strangest = decades;
    }
    return strangest;
  }

  /** All sensors together: sets `ratio`; returns the rarity of the distance, in decades. */
  private readStructure(row: Row): number {
    const { structure, sensors, blame } = this;
    const isWarmUp = this.rows <= this.warmUpRows;
    // What is strange is hardly learnt as normal: judged by the row before, so that one row cannot shut itself in.
    const gate = isWarmUp ? 1 : Math.max(state.gateMin, 1 / (1 + (this.ratio / state.gateAt) ** 4));
    const known = structure.knownRows;
    structure.measure(row);
    for (let i = 0; i < sensors; i++) blame[sensors + i] = row.parts[i]!;
    let decades = 0;
    if (known > 0) {
      const rate = isWarmUp ? 1 / known : gate / parameters.structure.memoryRows;
      const far = limitRatio(this.limits, 0, structure.distance, rate, this.sensors);
      const agitated = limitRatio(this.limits, 2, structure.agitation, rate, this.sensors);
      this.ratio = known < 12 ? 0 : Math.max(far, agitated);
      const slow = Math.max(1 / known, 1 / noiseRows.long);
      decades = streamDecades(this.distances, 0, structure.distance, known, slow, 1e-30);
    }
    structure.learn(row, gate, this.warmUpRows);
    if (!isWarmUp) this.health.push(this.ratio);
    return decades;
  }

  /** From the sensor's first value, in the unit of its first change, so that neither offset nor scale matters. */
  private relative(sensor: number, level: number): number {
    const { origin, unit } = this;
    if (Number.isNaN(origin[sensor]!)) origin[sensor] = level;
    const difference = level - origin[sensor]!;
    if (difference === 0) return 0;
    if (unit[sensor] === 0) unit[sensor] = Math.abs(difference);
    return Math.fround(Math.min(relativeMax, Math.max(-relativeMax, difference / unit[sensor]!)));
  }
}

/** Working memory, shared by all detectors of so many sensors: a push does not outlive itself. */
const works: (Row | undefined)[] = [];

function workRow(sensors: number): Row {
  const found = works[sensors];
  if (found) return found;
  const numbers = () => new Float64Array(sensors);
  const made = {
    values: numbers(),
    levels: numbers(),
    seen: numbers(),
    changes: numbers(),
    parts: numbers(),
    scratch: numbers(),
  };
  works[sensors] = made;
  return made;
}
