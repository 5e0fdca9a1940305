/**
 * Made-up plants (test/detector/plants): machines of many sensors whose normal depends on what they are doing, with faults and
 * lasting changes, and the truth of each row. A kind of machine is a `PlantKind` of kinds.ts; a fault one of faults.ts.
 */
import { gaussian, type Random, seededRandom } from '../../../shared/runtime/random.ts';
import type { Fault } from './faults.ts';
import type { PlantKind } from './kinds.ts';
import { type PlantSeries, truths } from './measure.ts';

/** Sensors that stood still move for some rows each so many, and are as before between. */
const stillRows = 2_000;
const movedRows = 200;

const between = (random: Random, low: number, high: number) => low + (high - low) * random.next();

interface Sensor {
  level: number;
  scale: number;
  gains: number[];
  noise: number;
  memory: number;
  /** By mode: its shift, in units of its own noise and causes. */
  shifts: number[];
  curve: number;
  isSlow: boolean;
}

function drawSensors(random: Random, kind: PlantKind, causes: number): Sensor[] {
  const [memoryMin, memoryMax] = kind.memory ?? [0, 0.3];
  return Array.from({ length: kind.sensors }, (_, i) => ({
    level: between(random, -50, 500),
    scale: 10 ** between(random, -1.5, 1.5),
    gains: Array.from({ length: causes }, () => (random.next() < 0.6 ? gaussian(random) : 0)),
    noise: between(random, 0.3, 1),
    memory: between(random, memoryMin, memoryMax),
    shifts: Array.from({ length: kind.modes }, (_, mode) => (mode === 0 ? 0 : 9 * gaussian(random))),
    curve: 8 * gaussian(random),
    isSlow: (kind.slowRows ?? 0) > 0 && i % 3 === 0,
  }));
}

/** Operation of the machine in each row: its mode, or its load. */
class Operation {
  mode = 0;
  load = 0.5;
  private left = 0;
  private speed = 0;
  private readonly random: Random;
  private readonly kind: PlantKind;

  constructor(kind: PlantKind, random: Random) {
    this.kind = kind;
    this.random = random;
  }

  step(): void {
    const { kind, random } = this;
    if (kind.isContinuous) {
      this.speed = 0.98 * this.speed + 0.004 * gaussian(random);
      this.load += this.speed;
      if (this.load < 0 || this.load > 1) this.speed = -this.speed;
      this.load = Math.min(1, Math.max(0, this.load));
      return;
    }
    if (--this.left > 0 || kind.modes < 2) return;
    const [low, high] = kind.modeRows ?? [60, 300];
    this.left = Math.round(between(random, low, high));
    const last = kind.modes - 1;
    if (kind.rareShare === undefined)
      this.mode = (this.mode + 1 + Math.floor(random.next() * last)) % kind.modes;
    else this.mode = random.next() < kind.rareShare ? last : Math.floor(random.next() * last);
  }
}

/** Makes one machine: `learnRows` rows in which it is well, then `judgedRows`, with the fault somewhere in them. */
export function makePlant(
  kind: PlantKind,
  fault: Fault | null,
  seed: number,
  { learnRows = 2_000, judgedRows = 6_000 } = {},
): PlantSeries {
  const random = seededRandom(seed);
  const causes = 3;
  const sensors = drawSensors(random, kind, causes);
  const rows = learnRows + judgedRows;
  const n = kind.sensors;
  const operation = new Operation(kind, random);
  const state = new Float64Array(causes);
  const [causeMin, causeMax] = kind.causeMemory ?? [0.5, 0.95];
  const memories = Float64Array.from({ length: causes }, () => between(random, causeMin, causeMax));
  const own = new Float64Array(n);
  const shift = new Float64Array(n);
  const isOn = new Uint8Array(n);
  const burst = new Float64Array(n);
  const level = new Float64Array(n);
  let held = 0;
  const values = new Float64Array(rows * n);
  const truth = new Uint8Array(rows);
  const spread = sensors.map(({ gains, noise }) =>
    Math.sqrt(noise ** 2 + gains.reduce((sum, gain) => sum + gain * gain, 0)),
  );
  const active = fault?.begin({ kind, random, learnRows, rows, sensors: n }) ?? null;
  for (let row = 0; row < rows; row++) {
    operation.step();
    for (let i = 0; i < causes; i++)
      state[i] = memories[i]! * state[i]! + Math.sqrt(1 - memories[i]! ** 2) * gaussian(random);
    const now = active?.at(row, operation.mode) ?? null;
    if (now) truth[row] = now.truth;
    for (let i = 0; i < n; i++) {
      const sensor = sensors[i]!;
      own[i] = sensor.memory * own[i]! + Math.sqrt(1 - sensor.memory ** 2) * gaussian(random);
      const target = kind.isContinuous
        ? sensor.curve * operation.load * (i % 2 ? operation.load : 1)
        : sensor.shifts[operation.mode]!;
      shift[i]! += (target - shift[i]!) * (sensor.isSlow ? 1 / kind.slowRows! : 1);
      const part = now?.sensor(i) ?? null;
      let cause = sensor.gains.reduce((sum, gain, k) => sum + gain * state[k]!, 0) * (part?.gain ?? 1);
      if (part?.isLoose) cause = spread[i]! * gaussian(random);
      const noise = sensor.noise * own[i]! * (part?.noise ?? 1);
      if (kind.bursts && i % 3 === 0) {
        burst[i] = 0.8 * burst[i]!;
        if (random.next() < kind.bursts) burst[i] = 8 * (1 - random.next()) ** -0.5 - 8;
      }
      if (kind.wander) level[i]! += (kind.wander / Math.sqrt(1_000)) * gaussian(random);
      const season = kind.seasonRows ? 2 * Math.sin((2 * Math.PI * row) / kind.seasonRows + i) : 0;
      let value =
        shift[i]! +
        cause +
        noise +
        season +
        burst[i]! +
        level[i]! * spread[i]! +
        (part?.moved ?? 0) * spread[i]!;
      if (kind.isControlled && i === 0) {
        // The controller holds sensor 0 at 0 by sensor 1: what disturbs it shows in the actuator.
        value -= held;
        held += 0.2 * value;
      }
      if (kind.isControlled && i === 1) value += held;
      if (kind.still && i >= n - kind.still) {
        const moves = row >= learnRows && (row - learnRows) % stillRows > stillRows - movedRows;
        value = moves ? 1 : 0;
        if (moves && truth[row] === truths.normal) truth[row] = truths.changed;
      }
      const at = row * n + i;
      values[at] = sensor.level + sensor.scale * value;
      if (kind.switches && i >= n - kind.switches) {
        const share = kind.switchShare ?? 0.4;
        if (random.next() < (isOn[i] ? 0.05 : (0.05 * share) / (1 - share))) isOn[i] = 1 - isOn[i]!;
        values[at] = isOn[i]!;
      }
      if (kind.coarse && row > learnRows + judgedRows / 2) {
        const step = kind.coarse * spread[i]! * sensor.scale;
        values[at] = Math.round(values[at] / step) * step;
      }
      if (part?.isStuck && row > 0) values[at] = values[at - n]!;
      if (kind.missing && random.next() < kind.missing) values[at] = Number.NaN;
    }
  }
  return { kind: kind.name, fault: fault?.name ?? 'none', sensors: n, rows, learnRows, values, truth };
}
