import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { createPumpLife, type PumpLife } from '../../../models/plant/pump.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

const intervalMs = 500;
/** Number of past readings, which fill a window. */
const pastRows = 34;
/** Remaining life at the first live reading: nearly the alert's limit of 60 cycles. */
const remainingAtStart = 80;
const publishMsMax = 20_000;

/** Pumps near the end of their lives. Each is read every half second, at a moment of its own within it. */
export class WearingPumps {
  readonly #port: number;
  readonly #lives: PumpLife[];
  #client: MqttClient | null = null;
  #seq = 1;

  constructor(port: number, count: number) {
    this.#port = port;
    this.#lives = Array.from({ length: count }, (_, i) => createPumpLife(seededRandom(1_000 + i)));
  }

  async start(): Promise<void> {
    const url = `mqtt://127.0.0.1:${this.#port}`;
    this.#client = await mqtt.connectAsync(url, { clientId: 'plant', reconnectPeriod: 0 });
  }

  async stop(): Promise<void> {
    await this.#client?.endAsync(true);
  }

  /** Publishes the pumps' past readings at once, with the times at which they would have been published. */
  async sendPast(): Promise<void> {
    const nowMs = systemClock.nowMs();
    const sent = this.#lives.flatMap((life, pump) => {
      const first = life.cycleWithRemaining(remainingAtStart) - pastRows;
      return Array.from({ length: pastRows }, (_, row) =>
        this.#publish(life, pump, first + row, nowMs - (pastRows - row) * intervalMs),
      );
    });
    await within(Promise.all(sent));
  }

  /** Publishes live readings for `seconds`. Returns their number; all are acknowledged. */
  async live(seconds: number): Promise<number> {
    const sent: Promise<unknown>[] = [];
    const beganAtMs = systemClock.monotonicMs();
    const rounds = Math.min(Math.round((seconds * 1_000) / intervalMs), remainingAtStart);
    const due = (round: number, pump: number) => (round + pump / this.#lives.length) * intervalMs;
    for (let round = 0; round < rounds; round++) {
      for (const [pump, life] of this.#lives.entries()) {
        const waitMs = beganAtMs + due(round, pump) - systemClock.monotonicMs();
        if (waitMs > 0) await delay(waitMs);
        const cycle = life.cycleWithRemaining(remainingAtStart) + round;
        sent.push(this.#publish(life, pump, cycle, systemClock.nowMs()));
      }
    }
    await within(Promise.all(sent));
    return sent.length;
  }

  #publish(life: PumpLife, pump: number, cycle: number, atMs: number): Promise<unknown> {
    const payload = JSON.stringify({ seq: this.#seq++, ts: atMs, ...life.sample(cycle) });
    return this.#client!.publishAsync(`telemetry/pumps/wearing-${pump}`, payload, { qos: 1 });
  }
}

async function within<T>(sent: Promise<T>): Promise<T> {
  const late = new AbortController();
  const limit = delay(publishMsMax, undefined, { signal: late.signal }).then(() => {
    throw new Error('readings of pumps were not acknowledged in time');
  });
  limit.catch(() => {});
  try {
    return await Promise.race([sent, limit]);
  } finally {
    late.abort();
  }
}
