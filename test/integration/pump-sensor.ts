import { connectAsync, type MqttClient } from 'mqtt';
import { createPumpLife, type FailureMode, type PumpLife } from '../../models/plant/pump.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Site, statusOf, until } from './site.ts';

/** Rows in the machine type's window. Nothing is decided before it is full. */
const windowRows = 30;

/** The only pump of its gateway (with `intervalMsMin` 0). It publishes a whole life, reading by reading. */
export class PumpSensor {
  readonly life: PumpLife;
  readonly #machine: string;
  readonly #site: Site;
  #cycle: number;
  #client: MqttClient | null = null;

  constructor(
    site: Site,
    machine: string,
    options: { seed: number; failureMode: FailureMode; remaining: number },
  ) {
    this.#site = site;
    this.#machine = machine;
    this.life = createPumpLife(seededRandom(options.seed), { failureMode: options.failureMode });
    this.#cycle = this.life.cycleWithRemaining(options.remaining);
  }

  get remaining(): number {
    return this.life.lifeCycles - this.#cycle;
  }

  /** Connects, also again after the gateway was down. */
  async connect(): Promise<void> {
    this.#client = await connectAsync(this.#site.gateway.mqttUrl, {
      clientId: this.#machine,
      reconnectPeriod: 0,
    });
    this.#client.on('error', () => {});
  }

  async end(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  /** Publishes readings until `done`, or to the end of the life. Each is decided on before the next one is sent. */
  async runUntil(done: () => Promise<boolean>): Promise<void> {
    while (this.#cycle < this.life.lifeCycles && !(await done())) await this.next();
  }

  async next(): Promise<void> {
    const before = await this.#seen();
    const values = this.life.sample(this.#cycle);
    const reading = JSON.stringify({ seq: ++this.#cycle, ...values });
    await this.#client!.publishAsync(`telemetry/plant/${this.#machine}`, reading, { qos: 1 });
    await until(async () => {
      const now = await this.#seen();
      const decided = now.decided > before.decided && now.inFlight === 0;
      return now.rows > before.rows && (decided || now.rows < windowRows);
    }, 'the reading to be decided about');
  }

  async #seen(): Promise<{ rows: number; decided: number; inFlight: number }> {
    const { windows, scorer } = (await statusOf(this.#site.gateway)).intelligence;
    return { rows: windows.rows, decided: scorer?.machines ?? 0, inFlight: scorer?.inFlight ?? 0 };
  }
}

export interface CloudEvent<T> {
  type: string;
  subject: string;
  time: string;
  data: T;
}

/** Events of one kind that the cloud has, the newest first. */
export async function eventsOf<T>(site: Site, type: string): Promise<CloudEvent<T>[]> {
  const { items } = await site.cloud.json<{ items: CloudEvent<T>[] }>('/api/events?limit=500');
  return items.filter((event) => event.type === `io.harbinger.${type}.v1`);
}
