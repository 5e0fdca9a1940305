/**
 * The virtual plant (deploy/plant) that `harbinger plant` and the demonstration run: pumps that wear out,
 * fail and are replaced, each a sensor of its own that publishes over MQTT. The physics of a pump is
 * models/plant; changes here must keep state files of earlier versions readable.
 */

import {
  type Clock,
  every,
  holdProcess,
  sleep,
  systemClock,
  type Timer,
} from '../../shared/runtime/clock.ts';
import { Publisher } from '../replay/publisher.ts';
import { lateStart, type MachineState, PlantMachine } from './machine.ts';
import { SendBuffer } from './send-buffer.ts';
import { loadState, saveState } from './state-file.ts';

export interface PlantOptions {
  mqttUrl: string;
  username?: string | undefined;
  password?: string | undefined;
  machines: number;
  /** Readings per second and machine. */
  rateHz: number;
  site: string;
  /** The same seed gives the same plant. */
  seed: number;
  /**
   * Cycles (readings) that each machine has left at its first start. Default: the first machine fails after
   * 200, the others later.
   */
  startRemainingCycles?: readonly number[] | undefined;
  /** File that keeps the machines' ages over a restart. */
  stateFile?: string | undefined;
  /** Time from failure to replacement. */
  downtimeMs?: number;
  /** Largest number of messages that a machine buffers while the gateway is unreachable. */
  bufferMax?: number;
  /** How long to wait for the first connection. Default 30 s. */
  firstPatienceMs?: number;
  onEvent?: (event: PlantEvent) => void;
  clock?: Clock;
}

export interface PlantMachineStatus {
  machine: string;
  remainingCycles: number;
  lifeCycles: number;
  failed: boolean;
}

export type PlantEvent =
  | { kind: 'failed'; machine: string; atMs: number; failureMode: string; lifeCycles: number }
  | { kind: 'replaced'; machine: string; atMs: number }
  | {
      /** Sent every second and once at the end. */
      kind: 'status';
      /**
       * Counts of readings taken and of messages sent, acknowledged, waiting, or dropped because the buffer
       * was full.
       */
      taken: number;
      sent: number;
      acked: number;
      buffered: number;
      dropped: number;
      connected: number;
      /** Why a sensor has no connection, and what to do; null while all have one. */
      outage: string | null;
      machines: PlantMachineStatus[];
    };

/**
 * At two readings per second the first pump fails after 85 s and the others one by one within the next 100 s.
 */
export const demonstrationCycles: readonly number[] = [170, 250, 290, 320, 345, 366];

const downtimeMsDefault = 8_000;
const bufferMaxDefault = 10_000;
const inFlightMax = 32;
const statusMs = 1_000;
const saveMs = 5_000;
/** How long to wait at the end for acknowledgements. */
const drainMsMax = 3_000;

/**
 * Runs until `signal` aborts; a gateway that is lost is waited for without end.
 * @throws HarbingerError MQTT_REFUSED, MQTT_UNREACHABLE if there was never a connection, PLANT_STATE
 */
export async function runPlant(options: PlantOptions, signal: AbortSignal): Promise<void> {
  const plant = new Plant(options);
  await plant.run(signal);
}

class Plant {
  readonly #options: PlantOptions;
  readonly #clock: Clock;
  readonly #sensors: Sensor[];

  constructor(options: PlantOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const earlier = options.stateFile === undefined ? new Map() : loadState(options.stateFile, options.seed);
    const remaining = options.startRemainingCycles ?? demonstrationCycles;
    this.#sensors = Array.from({ length: options.machines }, (_, index) => {
      const name = `pump-${index + 1}`;
      const state: MachineState =
        earlier.get(name) ?? lateStart(options.seed, index, name, remaining[index % remaining.length] ?? 0);
      return new Sensor(options, this.#clock, new PlantMachine(options.seed, index, state));
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const held = holdProcess();
    try {
      await this.#runUntil(signal);
    } finally {
      held.cancel();
    }
  }

  async #runUntil(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const status = every(this.#clock, statusMs, () => this.#status());
    const save = every(this.#clock, saveMs, () => this.#save(false));
    this.#save(false);
    const periodMs = 1_000 / this.#options.rateHz;
    const senders = this.#sensors.map((sensor, index) =>
      sensor.start((index / this.#sensors.length) * periodMs, periodMs, stop.signal),
    );
    try {
      await Promise.race([aborted(signal), ...senders]);
    } finally {
      status.cancel();
      save.cancel();
      await Promise.all(this.#sensors.map((sensor) => sensor.stop(drainMsMax)));
      stop.abort();
      await Promise.allSettled(senders);
      this.#save(true);
      this.#status();
    }
  }

  #save(clean: boolean): void {
    const { stateFile, seed } = this.#options;
    if (stateFile === undefined) return;
    const states = this.#sensors.map((sensor) => sensor.machine.state);
    saveState(stateFile, seed, states, clean);
  }

  #status(): void {
    const sum = (of: (sensor: Sensor) => number) => this.#sensors.reduce((total, one) => total + of(one), 0);
    this.#options.onEvent?.({
      kind: 'status',
      taken: sum((sensor) => sensor.taken),
      sent: sum((sensor) => sensor.publisher.counts.sent),
      acked: sum((sensor) => sensor.publisher.counts.acked),
      buffered: sum((sensor) => sensor.waiting),
      dropped: sum((sensor) => sensor.sendBuffer.dropped),
      connected: sum((sensor) => Number(sensor.publisher.connected)),
      outage: this.#sensors.map(({ publisher }) => publisher.outage).find((each) => each !== null) ?? null,
      machines: this.#sensors.map(({ machine }) => ({
        machine: machine.name,
        remainingCycles: machine.remainingCycles,
        lifeCycles: machine.lifeCycles,
        failed: machine.failed,
      })),
    });
  }
}

/**
 * The sensor of one machine: takes a reading each period and keeps it until the gateway has acknowledged it.
 */
class Sensor {
  readonly machine: PlantMachine;
  readonly publisher: Publisher;
  readonly sendBuffer: SendBuffer;
  readonly #options: PlantOptions;
  readonly #clock: Clock;
  #ticking: Timer | undefined;
  #replaceAtMs: number | null = null;
  #sending = false;
  taken = 0;

  constructor(options: PlantOptions, clock: Clock, machine: PlantMachine) {
    this.#options = options;
    this.#clock = clock;
    this.machine = machine;
    this.sendBuffer = new SendBuffer(options.bufferMax ?? bufferMaxDefault);
    this.publisher = new Publisher({
      url: options.mqttUrl,
      username: options.username,
      password: options.password,
      clientId: `${options.site}-${machine.name}`,
      inFlightMax,
      patienceMs: Number.POSITIVE_INFINITY,
      ...(options.firstPatienceMs !== undefined && { firstPatienceMs: options.firstPatienceMs }),
      clock,
    });
  }

  /** Resolves when the sensor is stopped; rejects when the gateway refuses it or never answers. */
  async start(delayMs: number, periodMs: number, signal: AbortSignal): Promise<void> {
    this.publisher.start();
    this.#ticking = this.#clock.setTimer(delayMs, () => {
      this.#ticking = every(this.#clock, periodMs, () => this.#tick());
      this.#tick();
    });
    for (let message = await this.#next(signal); message; message = await this.#next(signal)) {
      // The signal aborted before the publisher took this message, so it still counts as waiting, as do those
      // after it.
      if (!(await this.publisher.publish(message.topic, message.payload, signal))) return;
      this.#sending = false;
    }
  }

  /** Stops taking readings, waits for acknowledgements for at most `msMax` ms, and disconnects. */
  async stop(msMax: number): Promise<void> {
    this.#ticking?.cancel();
    const deadline = this.#clock.monotonicMs() + msMax;
    while (this.waiting > 0 && this.#clock.monotonicMs() < deadline) {
      await sleep(this.#clock, 10);
    }
    await this.publisher.stop();
  }

  /** Number of messages that the gateway has not acknowledged. */
  get waiting(): number {
    return this.sendBuffer.size + Number(this.#sending) + this.publisher.inFlight;
  }

  async #next(signal: AbortSignal) {
    const message = await this.sendBuffer.take(signal);
    this.#sending = message !== null;
    return message;
  }

  #tick(): void {
    if (!this.machine.failed) this.#read();
    else if (this.#replaceAtMs === null) this.#fail();
    else if (this.#clock.monotonicMs() >= this.#replaceAtMs) this.#replace();
  }

  #read(): void {
    const payload = this.machine.read(this.#clock.nowMs());
    this.taken++;
    this.sendBuffer.put({ topic: this.#topic('telemetry'), payload, reading: true });
    if (this.machine.failed) this.#fail();
  }

  #fail(): void {
    this.#replaceAtMs = this.#clock.monotonicMs() + (this.#options.downtimeMs ?? downtimeMsDefault);
    this.#announce('failed');
    const { name, failureMode, lifeCycles } = this.machine;
    const atMs = this.#clock.nowMs();
    this.#options.onEvent?.({ kind: 'failed', machine: name, atMs, failureMode, lifeCycles });
  }

  #replace(): void {
    this.#replaceAtMs = null;
    this.machine.replace();
    this.#announce('replaced');
    this.#options.onEvent?.({ kind: 'replaced', machine: this.machine.name, atMs: this.#clock.nowMs() });
  }

  /** The id stays the same after a restart, so that an event announced twice counts once. */
  #announce(state: 'failed' | 'replaced'): void {
    const id = `${this.machine.name}-life-${this.machine.state.life}-${state}`;
    const payload = JSON.stringify({ state, id });
    this.sendBuffer.put({ topic: this.#topic('lifecycle'), payload, reading: false });
  }

  #topic(kind: 'telemetry' | 'lifecycle'): string {
    return `${kind}/${this.#options.site}/${this.machine.name}`;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
