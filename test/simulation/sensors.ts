/**
 * Sensors that behave like MQTT clients: they keep unacknowledged messages, and resend them after a reconnect, marked
 * as duplicates, before anything new. Acknowledgements may be lost like all other packets. With QoS 2 a message counts
 * as acknowledged at its PUBREC, and its id is used again from its PUBCOMP on.
 */
import { codeOf } from '../../shared/runtime/errors.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { BrokerClient } from './gateway/broker.ts';
import type { SimulatedGateway } from './gateway/gateway.ts';
import { type Message, SensorMessages } from './sensor-messages.ts';
import type { Ledger } from './world/ledger.ts';
import type { SensorPlan } from './world/schedule.ts';
import { between, momentMs, type World } from './world/world.ts';

interface SensorConnection {
  number: number;
  open: boolean;
  arrivesMs: number;
  client: BrokerClient;
}

const reconnectMs: [number, number] = [5, 150];
/** A running gateway must answer a message within this time: its own limit is shorter. */
const answerMsMax = 30_000;

export class Sensor {
  readonly index: number;
  readonly plan: SensorPlan;
  /** Whether a message failed or was resent: only then may the order change. */
  disturbed = false;
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly gateway: SimulatedGateway;
  private readonly random: Random;
  private readonly messages: SensorMessages;
  private running = true;
  private readonly waiting: Message[] = [];
  /** Messages in the order of sending. */
  private unacked: Message[] = [];
  private connection: SensorConnection | null = null;
  /** Number of connections so far. */
  connections = 0;

  constructor(parts: {
    world: World;
    ledger: Ledger;
    gateway: SimulatedGateway;
    index: number;
    plan: SensorPlan;
  }) {
    this.world = parts.world;
    this.ledger = parts.ledger;
    this.gateway = parts.gateway;
    this.index = parts.index;
    this.plan = parts.plan;
    this.random = parts.world.random(`sensor ${parts.index}`);
    this.messages = new SensorMessages({ ...parts, random: this.random });
  }

  start(): void {
    this.produceLater();
    this.connect();
  }

  stop(): void {
    this.running = false;
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.unacked.length === 0;
  }

  /** Closes the connection. Messages in transit may have arrived; their acknowledgements are lost. */
  cut(): void {
    if (!this.connection) return;
    this.connection.open = false;
    this.gateway.broker?.disconnect(this.connection.client);
    this.connection = null;
    if (this.unacked.length > 0) this.disturbed = true;
    this.world.after(between(this.random, ...reconnectMs), () => this.connect());
  }

  /** Loses what is not acknowledged; packet ids begin again, the session in the gateway remains. */
  reboot(): void {
    this.unacked = [];
    this.waiting.length = 0;
    this.disturbed = true;
    this.cut();
  }

  private connect(): void {
    if (this.connection || (!this.running && this.isIdle)) return;
    const { gateway, world, plan } = this;
    if (!gateway.isUp) {
      world.after(between(this.random, ...reconnectMs), () => this.connect());
      return;
    }
    const number = world.nextConnection++;
    const client: BrokerClient = {
      id: plan.clientId,
      user: `user-${this.index}`,
      clean: plan.clean,
      number,
      receivedMs: () => gateway.receivedMs,
      close: () => {
        if (this.connection?.client === client) this.cut();
      },
    };
    const connection = { number, open: true, arrivesMs: 0, client };
    this.connection = connection;
    this.connections++;
    gateway.onStopped(() => {
      world.after(between(this.random, 0.1, 20), () => {
        if (connection === this.connection) this.cut();
      });
    });
    gateway.broker?.connect(client);
    // A session that is not kept has nothing to release.
    if (plan.clean) this.unacked = this.unacked.filter(({ isReceived }) => !isReceived);
    for (const message of this.unacked) {
      if (message.isReceived) this.release(message);
      else this.transmit(message, true);
    }
    this.sendNew();
  }

  private produceLater(): void {
    if (!this.running) return;
    const { periodMs } = this.plan;
    this.world.after(between(this.random, 0, 2 * periodMs), () => {
      if (!this.running) return;
      this.waiting.push(this.messages.next());
      this.sendNew();
      this.produceLater();
    });
  }

  private sendNew(): void {
    while (this.connection && this.waiting.length > 0 && this.unacked.length < this.plan.window) {
      const message = this.waiting.shift()!;
      message.messageId = this.freeId();
      this.unacked.push(message);
      this.transmit(message, false);
    }
  }

  /** The lowest one, so that an id is used again as soon as it may be. */
  private freeId(): number {
    for (let id = 1; ; id++) if (this.unacked.every(({ messageId }) => messageId !== id)) return id;
  }

  /** Sends a packet, after those that were sent before it. `arrive` is called if it arrives. */
  private send(arrive: (connection: SensorConnection) => void): void {
    const { connection, world, gateway } = this;
    if (!connection) return;
    connection.arrivesMs = Math.max(
      connection.arrivesMs + momentMs,
      world.nowMs + between(this.random, 0.05, 3),
    );
    world.after(connection.arrivesMs - world.nowMs, () => {
      if (connection.open && gateway.isUp) arrive(connection);
    });
  }

  private transmit(message: Message, dup: boolean): void {
    const { gateway, plan } = this;
    const { topic, payload, messageId } = message;
    this.send((connection) => {
      const answered = this.expectAnswer(message, connection);
      const { number, client } = connection;
      if (plan.qos === 2)
        return gateway.broker?.publish(client, { topic, payload, messageId, dup }, answered);
      message.sent.handed++;
      const { id, user } = client;
      const received = { client: id, user, receivedMs: gateway.receivedMs, resend: dup, connection: number };
      gateway.accept({ topic, payload, ...received }, answered);
    });
  }

  private expectAnswer(message: Message, connection: SensorConnection): (error?: Error | null) => void {
    const { gateway, ledger, world } = this;
    let isAnswered = false;
    const life = gateway.starts;
    world.after(answerMsMax, () => {
      if (isAnswered || gateway.starts !== life || !gateway.isUp) return;
      ledger.broken('every message is answered', ledger.describe(message.sent));
    });
    return (error) => {
      if (isAnswered) ledger.broken('a message is answered once', ledger.describe(message.sent));
      isAnswered = true;
      this.settled(message, connection, error);
    };
  }

  private settled(message: Message, connection: SensorConnection, error?: Error | null): void {
    if (error) this.disturbed = true;
    const isOfLetters = codeOf(error)?.startsWith('DEADLETTERS') && message.sent.kind !== 'malformed';
    if (isOfLetters)
      this.ledger.broken('dead letters hold up nothing else', this.ledger.describe(message.sent));
    this.world.after(between(this.random, 0.05, 3), () => {
      if (!connection.open) return;
      // The broker disconnects a client whose message it could not store.
      if (error) return this.cut();
      message.sent.acked = true;
      if (this.plan.qos === 1) return this.complete(message);
      message.isReceived = true;
      this.release(message);
      this.world.operation('pubrec');
    });
  }

  private release(message: Message): void {
    this.send((connection) => {
      this.gateway.broker?.release(connection.client, message.messageId, (error) => {
        this.world.after(between(this.random, 0.05, 3), () => {
          if (!connection.open) return;
          if (error) return this.cut();
          this.complete(message);
          this.world.operation('pubcomp');
        });
      });
    });
  }

  private complete(message: Message): void {
    this.unacked = this.unacked.filter((each) => each !== message);
    this.sendNew();
  }
}
