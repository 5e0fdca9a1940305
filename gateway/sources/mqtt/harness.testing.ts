import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectMqtt, type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, vi } from 'vitest';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { type Log, silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { PacketClient } from '../../../test/support/packet-client.ts';
import { openRecords } from '../../journal/records/open-records.ts';
import type { DeviceAccounts } from '../../ports/devices/devices.ts';
import type { MessageIntake, RawMessage, Settle } from '../../ports/source.ts';
import { type Broker, createBroker } from './broker.ts';
import { BrokerConfig } from './config.ts';

/** Test harness: brokers, intakes and clients that record what happened. */

export const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

export const closeOf = (client: MqttClient) =>
  new Promise<void>((resolve) => client.once('close', () => resolve()));

export function brokerConfig(overrides: Record<string, unknown> = {}): BrokerConfig {
  const users = [
    {
      name: 'sensor',
      password: 'secret',
      publish: ['telemetry/#', 'lifecycle/#'],
      subscribe: ['telemetry/#', 'commands/{client}/#'],
    },
    { name: 'operator', password: 'secret2', publish: ['#'], subscribe: ['#'] },
  ];
  return compileValidator(BrokerConfig)({ port: 0, users, ...overrides }, (problem) => new Error(problem));
}

/** An intake that settles messages according to its mode: at once, on `release`, or with an error. */
export class TestIntake implements MessageIntake {
  messages: RawMessage[] = [];
  mode: 'at once' | 'hold' | 'fail' = 'at once';
  private readonly held: ((error?: Error) => void)[] = [];

  accept(message: RawMessage, settled: Settle, ticket = 0): void {
    this.messages.push({ ...message, payload: Buffer.from(message.payload) });
    if (this.mode === 'hold') this.held.push((error) => settled(error, ticket));
    else setImmediate(settled, this.mode === 'fail' ? new Error('disk full') : undefined, ticket);
  }

  release(error?: Error, count = this.held.length): void {
    for (const settled of this.held.splice(0, count)) settled(error);
  }

  get texts(): string[] {
    return this.messages.map(({ topic, payload }) => `${topic} ${payload}`);
  }
}

export class TestBroker {
  readonly intake = new TestIntake();
  readonly dataDir = mkdtempSync(join(tmpdir(), 'harbinger-broker-'));
  broker!: Broker;
  log: Log = silentLog;
  devices: DeviceAccounts | undefined;
  /** The broker's clock from its next start on; its disk has the real one. */
  clock: Clock = systemClock;
  private readonly sockets: Socket[] = [];
  private readonly clients: MqttClient[] = [];

  async start(overrides: Record<string, unknown> = {}): Promise<this> {
    const options = { config: brokerConfig(overrides), dataDir: this.dataDir };
    this.broker = createBroker(options, {
      intake: this.intake,
      openRecords: (dir) => openRecords({ dir, clock: systemClock, log: this.log }),
      ...(this.devices && { devices: this.devices }),
      clock: this.clock,
      random: systemRandom,
      log: this.log,
    });
    await this.broker.start();
    return this;
  }

  get port(): number {
    return this.broker.ports().port;
  }

  /** An MQTT.js client, which does not reconnect by default. */
  client(options: IClientOptions = {}, url = `mqtt://127.0.0.1:${this.port}`): MqttClient {
    const sensor = connectMqtt(url, {
      username: 'sensor',
      password: 'secret',
      reconnectPeriod: 0,
      ...options,
    });
    this.clients.push(sensor);
    return sensor;
  }

  async connected(options: IClientOptions = {}, url?: string): Promise<MqttClient> {
    const sensor = this.client(options, url);
    await new Promise<void>((resolve, reject) => {
      sensor.once('connect', () => resolve());
      sensor.once('error', reject);
      sensor.once('close', () => reject(new Error('closed')));
    });
    sensor.on('error', () => undefined);
    return sensor;
  }

  operator(options: IClientOptions = {}): Promise<MqttClient> {
    return this.connected({ username: 'operator', password: 'secret2', ...options });
  }

  /** A connected client that is driven packet by packet. */
  async sensor(overrides: Record<string, unknown> = {}): Promise<RawClient> {
    const sensor = await this.raw();
    sensor.connect(overrides);
    await until(() => expect(sensor.of('connack')).toMatchObject([{ returnCode: 0 }]));
    return sensor;
  }

  /** The return code of the CONNACK to a CONNECT with these fields. */
  async connackOf(overrides: Record<string, unknown>): Promise<number | undefined> {
    const attempt = await this.raw();
    attempt.connect(overrides);
    await until(() => expect(attempt.of('connack').length === 1 || attempt.closed).toBe(true));
    const [connack] = attempt.of('connack') as { returnCode?: number }[];
    if (connack?.returnCode !== 0) await until(() => expect(attempt.closed).toBe(true));
    attempt.socket.destroy();
    return connack?.returnCode;
  }

  /** A client that has opened its socket and sent nothing. */
  async raw(): Promise<RawClient> {
    const socket = await PacketClient.socketTo(this.port);
    this.sockets.push(socket);
    return new RawClient(socket);
  }

  async remove(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.endAsync(true)));
    for (const socket of this.sockets) socket.destroy();
    this.intake.release();
    await this.broker?.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** An MQTT client whose packets are all sent by the test itself. */
export class RawClient extends PacketClient {
  send(...packets: Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet))));
  }

  connect(overrides: Record<string, unknown> = {}): void {
    const connect = { cmd: 'connect', clientId: 'raw', clean: true, keepalive: 60, protocolVersion: 4 };
    const credentials = { protocolId: 'MQTT', username: 'sensor', password: Buffer.from('secret') };
    this.send({ ...connect, ...credentials, ...overrides } as Packet);
  }

  /** The same with MQTT 5. */
  connect5(overrides: Record<string, unknown> = {}): void {
    this.speaks(5);
    const connect = { cmd: 'connect', clientId: 'raw', clean: true, keepalive: 60, protocolVersion: 5 };
    const credentials = { protocolId: 'MQTT', username: 'sensor', password: Buffer.from('secret') };
    this.send5({ ...connect, ...credentials, ...overrides } as Packet);
  }

  send5(...packets: Packet[]): void {
    const bytes = packets.map((packet) => mqttPacket.generate(packet, { protocolVersion: 5 }));
    this.socket.write(Buffer.concat(bytes));
  }

  publish(topic: string, payload: string | Buffer, more: Record<string, unknown> = {}): void {
    this.send({
      cmd: 'publish',
      topic,
      payload,
      qos: 1,
      messageId: 1,
      retain: false,
      dup: false,
      ...more,
    } as Packet);
  }
}
