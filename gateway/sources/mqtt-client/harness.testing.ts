import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { expect, vi } from 'vitest';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { PretendBroker } from '../../../test/support/peers/pretend-broker.ts';
import type { RawMessage, Settle } from '../../ports/source.ts';
import { MqttClientConfig } from './config.ts';
import { createMqttClient, type MqttClientSource } from './mqtt-client.ts';

export const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 });
/** Time that passes fifty times as fast. */
const fast: Clock = {
  nowMs: systemClock.nowMs,
  monotonicMs: () => 50 * systemClock.monotonicMs(),
  setTimer: (delayMs, fn) => systemClock.setTimer(delayMs / 50, fn),
};

/** Messages that were handed in, settled when the test says so. */
export class Intake {
  isHolding = false;
  areReadings = true;
  readonly messages: RawMessage[] = [];
  readonly held: Settle[] = [];

  accept(message: RawMessage, settled: Settle): void {
    this.messages.push({ ...message, payload: Buffer.from(message.payload) });
    if (this.isHolding) this.held.push(settled);
    else setImmediate(settled, undefined, 0, this.areReadings);
  }

  acceptReadings(): void {
    throw new Error('no readings are expected');
  }

  settle(place: number, error?: Error): void {
    this.held[place]!(error, 0, true);
  }

  get texts(): string[] {
    return this.messages.map(({ topic, payload }) => `${topic} ${payload}`);
  }
}

/** A source, and a broker that it takes messages from. */
export class Remote {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'harbinger-mqtt-client-'));
  readonly intake = new Intake();
  broker = new PretendBroker();
  private readonly started: MqttClientSource[] = [];

  static async listen(): Promise<Remote> {
    const remote = new Remote();
    await remote.broker.listen();
    return remote;
  }

  configOf(more: object = {}): MqttClientConfig {
    const url = `mqtt://127.0.0.1:${this.broker.port}`;
    const config = { brokers: [{ name: 'plant', url, subscribe: ['plant/#'], ...more }] };
    return Value.Default(MqttClientConfig, config) as MqttClientConfig;
  }

  async start(more: object = {}): Promise<MqttClientSource> {
    const { intake, dataDir } = this;
    const deps = { intake, dataDir, clock: fast, random: systemRandom, log: silentLog };
    const source = createMqttClient(this.configOf(more), deps);
    this.started.push(source);
    await source.start();
    return source;
  }

  async connected(more: object = {}): Promise<MqttClientSource> {
    const source = await this.start(more);
    await until(() => expect(source.stats()).toMatchObject([{ connected: true }]));
    return source;
  }

  async stopped(source: MqttClientSource): Promise<void> {
    this.started.splice(this.started.indexOf(source), 1);
    await source.stop();
  }

  async remove(): Promise<void> {
    for (const source of this.started.splice(0)) await source.stop();
    await this.broker.stop();
    rmSync(this.dataDir, { recursive: true });
  }
}
