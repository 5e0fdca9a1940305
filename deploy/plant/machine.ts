import { createPumpLife, type PumpLife } from '../../models/plant/pump.ts';
import { seededRandom } from '../../shared/runtime/random.ts';

/** State of a machine in its life, which is kept over a restart. */
export interface MachineState {
  machine: string;
  /** Number of the life, from 0. Seed, machine and number determine the life. */
  life: number;
  /**
   * Number of readings taken in this life. If it equals the life's cycles, the machine has failed and is
   * being replaced.
   */
  cycle: number;
  /** Sequence number of the next reading, counted over all lives. */
  seq: number;
}

const firstLivesTried = 10_000;
/**
 * A machine that is started late in its life must have been healthy for a while, or its warning would open at
 * once.
 */
const healthyCyclesMin = 30;

function createLife(seed: number, index: number, life: number): PumpLife {
  const mixed =
    Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ Math.imul(life + 1, 0xc2b2ae35);
  return createPumpLife(seededRandom(mixed));
}

/**
 * Finds the first of a machine's lives that is long enough, and returns its state with `remaining` cycles
 * left.
 */
export function lateStart(seed: number, index: number, machine: string, remaining: number): MachineState {
  for (let life = 0; life < firstLivesTried; life++) {
    const { lifeCycles } = createLife(seed, index, life);
    if (lifeCycles < remaining + healthyCyclesMin) continue;
    return { machine, life, cycle: lifeCycles - remaining, seq: 1 };
  }
  return { machine, life: 0, cycle: 0, seq: 1 };
}

/**
 * A pump of the virtual plant: it gives readings, wears out, fails and is replaced, repeatably from its seed.
 */
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

  /** Returns the payload of the next reading. Must not be called on a failed machine. */
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
