import { createPumpLife, type PumpLife } from '../../models/plant/pump.ts';
import { seededRandom } from '../../shared/runtime/random.ts';

/** Where a machine stands in its life: what is kept over a restart. */
export interface MachineState {
  machine: string;
  /** Which of its lives, from 0. The same seed, machine and number are the same life. */
  life: number;
  /** Readings taken in this life. Equal to the life's cycles: it has failed and is being replaced. */
  cycle: number;
  /** The next reading's running number, over all lives. */
  seq: number;
}

const firstLivesTried = 10_000;
/** A machine that is started late must have been healthy for a while, or the warning would stand at once. */
const healthyCyclesMin = 30;

function createLife(seed: number, index: number, life: number): PumpLife {
  const mixed =
    Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ Math.imul(life + 1, 0xc2b2ae35);
  return createPumpLife(seededRandom(mixed));
}

/** The first of a machine's possible lives that is long enough to have so many cycles left, and the cycle where they are. */
export function lateStart(seed: number, index: number, machine: string, remaining: number): MachineState {
  for (let life = 0; life < firstLivesTried; life++) {
    const { lifeCycles } = createLife(seed, index, life);
    if (lifeCycles < remaining + healthyCyclesMin) continue;
    return { machine, life, cycle: lifeCycles - remaining, seq: 1 };
  }
  return { machine, life: 0, cycle: 0, seq: 1 };
}

/** A pump of the virtual plant: reads like a sensor, wears out, fails, is replaced. Repeatable from its seed. */
export class PlantMachine {
  readonly state: MachineState;
  readonly #seed: number;
  readonly #index: number;
  #life: PumpLife;

  constructor(seed: number, index: number, state: MachineState) {
    this.#seed = seed;
    this.#index = index;
    this.state = { ...state };
    this.#life = createLife(seed, index, state.life);
    this.state.cycle = Math.min(state.cycle, this.#life.lifeCycles);
  }

  get name(): string {
    return this.state.machine;
  }

  get failed(): boolean {
    return this.state.cycle >= this.#life.lifeCycles;
  }

  get lifeCycles(): number {
    return this.#life.lifeCycles;
  }

  get remainingCycles(): number {
    return this.#life.lifeCycles - this.state.cycle;
  }

  get failureMode(): string {
    return this.#life.failureMode;
  }

  /** The next reading, as it is sent. Must not be asked of a failed machine. */
  read(nowMs: number): string {
    const values = this.#life.sample(this.state.cycle++);
    const rounded = Object.entries(values).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]);
    return JSON.stringify({ seq: this.state.seq++, ts: nowMs, ...Object.fromEntries(rounded) });
  }

  replace(): void {
    this.state.life++;
    this.state.cycle = 0;
    this.#life = createLife(this.#seed, this.#index, this.state.life);
  }
}
