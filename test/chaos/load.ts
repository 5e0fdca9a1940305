/** The sensors of one round: many that send fast, recorded in a ledger, and two pumps near their end. */

import { runPlant } from '../../deploy/plant/plant.ts';
import { LoadGenerator } from '../load/generator.ts';
import type { LoadReport } from '../load/options.ts';
import type { MachineLedger } from '../load/record/ledger.ts';
import type { Site } from './site/site.ts';

/** A payload without a time: the gateway uses its own, and only the running number identifies a resend. */
const payloadWithoutTime = '{"seq":{seq},"temperature":{v},"pressure":{v},"cycles":{seq}}';
const drainMsMax = 60_000;
const [timedCount, untimedCount, window] = [16, 4, 20];
/** Most messages sent and not acknowledged, for all sensors together. */
export const inFlightMax = (timedCount + untimedCount) * window;

/** Takes the name of a machine or of one of its readings. */
export const isUntimed = (name: string) => name.startsWith('u');

/** A lifecycle message as `machine/state`, and when it was acknowledged, of `performance.now()`. */
export interface SentNotice {
  name: string;
  atMs: number;
}

export interface RoundLoad {
  machines: MachineLedger[];
  reports: LoadReport[];
  /** The first running number that no machine has sent yet. */
  nextSeq: number;
  /** Each lifecycle message that was sent. */
  lifecycle: SentNotice[];
  pumpReadings: number;
  /** Messages of the plant that were not acknowledged when it stopped: they may or may not have arrived. */
  plantUnacked: number;
  /** True if there were such messages before this round too, so the pumps may have sent a lifecycle message twice. */
  plantRepeats: boolean;
}

export interface SensorOptions {
  seqFirst: number;
  /** Messages a second. */
  rate: number;
  seed: number;
  /** Each pump's last lifecycle message, over all rounds: a failed pump repeats it when the plant starts. */
  pumpStates: Map<string, string>;
}

export class Sensors {
  readonly #generators: LoadGenerator[];
  readonly #plantStop = new AbortController();
  readonly #plant: Promise<void>;
  readonly #lifecycle: SentNotice[] = [];
  readonly #pumpStates: Map<string, string>;
  readonly #mayRepeat: boolean;
  #taken = 0;
  #buffered = 0;

  private constructor(
    site: Site,
    generators: LoadGenerator[],
    seed: number,
    pumpStates: Map<string, string>,
  ) {
    this.#pumpStates = pumpStates;
    this.#mayRepeat = pumpStates.size === 0;
    this.#generators = generators;
    this.#plant = runPlant(
      {
        mqttUrl: site.gateway.process.mqttUrl,
        machines: 2,
        rateHz: 20,
        site: 'plant',
        seed,
        startRemainingCycles: [60, 130],
        stateFile: site.plantState,
        downtimeMs: 1_000,
        onEvent: (event) => {
          if (event.kind === 'status') [this.#taken, this.#buffered] = [event.taken, event.buffered];
          else this.#note(`plant/${event.machine}`, event.kind);
        },
      },
      this.#plantStop.signal,
    );
  }

  static async start(site: Site, options: SensorOptions): Promise<Sensors> {
    const { seqFirst, rate, seed, pumpStates } = options;
    const common = {
      port: site.gateway.process.mqttPort,
      qos: 1 as const,
      window,
      topic: 'telemetry/chaos/{machine}',
      seqFirst,
      durationMs: 600_000,
      drainMsMax,
      stallMsMax: 120_000,
    };
    const timed = {
      ...common,
      connections: timedCount,
      rate: rate * 0.8,
      machine: 't{c}',
      clientPrefix: 'timed-',
    };
    const untimed = {
      ...common,
      connections: untimedCount,
      rate: rate * 0.2,
      machine: 'u{c}',
      clientPrefix: 'untimed-',
    };
    const generators = [
      new LoadGenerator(timed),
      new LoadGenerator({ ...untimed, payload: payloadWithoutTime }),
    ];
    await Promise.all(generators.map((generator) => generator.start()));
    return new Sensors(site, generators, seed, pumpStates);
  }

  /** Stops sending, and waits for a limited time until everything is acknowledged. */
  async stop(): Promise<RoundLoad> {
    const reports = await Promise.all(this.#generators.map((generator) => generator.stop()));
    this.#plantStop.abort();
    await this.#plant;
    if (this.#buffered > 0) this.#pumpStates.clear();
    const machines = this.#generators.flatMap(({ ledger }) => ledger.machines);
    return {
      machines,
      reports,
      nextSeq: Math.max(...machines.map(({ next }) => next)),
      lifecycle: this.#lifecycle,
      pumpReadings: this.#taken,
      plantUnacked: this.#buffered,
      plantRepeats: this.#mayRepeat,
    };
  }

  /** Counts a lifecycle message. A repeated one has the same id and is the same event. */
  #note(pump: string, state: string): void {
    if (this.#pumpStates.get(pump) === state) return;
    this.#pumpStates.set(pump, state);
    this.#lifecycle.push({ name: `${pump}/${state}`, atMs: performance.now() });
  }
}
