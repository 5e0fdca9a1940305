import type { Socket } from 'node:net';
import {
  generate,
  type IConnackPacket,
  type IPublishPacket,
  type ISubscription,
  type Packet,
  parser,
} from 'mqtt-packet';
import { type Clock, every, type Timer } from '../runtime/clock.ts';
import { type Unanswered, UnansweredQueue } from './unanswered.ts';
import type { Unreleased } from './unreleased.ts';

/** A message as it came. It is valid only during the call. */
export interface BrokerMessage {
  topic: string;
  payload: Buffer;
  qos: 0 | 1 | 2;
  /** It was kept by the broker, and came because of the subscription. */
  isRetained: boolean;
  /** The broker has sent it before. */
  isResend: boolean;
}

export interface LinkHandlers {
  /** `settled` is called once: without an error when the message is stored, which is then acknowledged. */
  message(message: BrokerMessage, settled: (error?: Error) => void): void;
}

export interface LinkOptions {
  protocolVersion: 4 | 5;
  keepaliveS: number;
  inFlightMax: number;
  inFlightBytesMax: number;
}

type Answer = (packet: Packet | null) => void;

const messageIdMax = 65_535;
/** Requests of this side that may wait for an answer at once. */
const requestsMax = 64;

/** One connection to a broker: packets in and out, and nothing acknowledged before it is stored. It is used once. */
export class Link {
  /** Resolves with the reason when the connection has ended. */
  readonly closed: Promise<string>;
  isClosed = false;
  private readonly stream: Socket;
  private readonly options: LinkOptions;
  private readonly handlers: LinkHandlers;
  private readonly unreleased: Unreleased;
  private readonly clock: Clock;
  private readonly parser;
  private readonly queue = new UnansweredQueue((message) => this.acknowledge(message));
  private readonly asked = new Map<number, Answer>();
  private readonly pings: Timer;
  private whenAccepted: Answer | null = null;
  private lastId = 0;
  private heardMs: number;
  private isReading = true;
  private whenIdle: (() => void) | null = null;
  private markClosed: (why: string) => void = () => undefined;

  constructor(
    stream: Socket,
    options: LinkOptions,
    { handlers, unreleased, clock }: { handlers: LinkHandlers; unreleased: Unreleased; clock: Clock },
  ) {
    this.stream = stream;
    this.options = options;
    this.handlers = handlers;
    this.unreleased = unreleased;
    this.clock = clock;
    this.heardMs = clock.monotonicMs();
    this.closed = new Promise((resolve) => {
      this.markClosed = resolve;
    });
    this.parser = parser({ protocolVersion: options.protocolVersion });
    this.parser.on('packet', (packet: Packet) => this.take(packet));
    this.parser.on('error', (error: Error) =>
      this.end(`it sent something that is not MQTT: ${error.message}`),
    );
    stream.on('readable', () => this.read());
    stream.on('error', (error) => this.end(error.message));
    stream.on('close', () => this.end('the connection was closed'));
    this.pings = every(clock, 500 * options.keepaliveS, () => this.keepAlive());
  }

  /** Sends CONNECT and resolves with the answer; null if the connection ended before. */
  connect(packet: Packet): Promise<IConnackPacket | null> {
    return new Promise((resolve) => {
      this.whenAccepted = (answer) => resolve(answer as IConnackPacket | null);
      this.send(packet);
      this.read();
    });
  }

  /** Returns the code for each filter; null if the connection ended before. */
  async subscribe(subscriptions: ISubscription[]): Promise<readonly number[] | null> {
    const answer = await this.ask((messageId) => ({ cmd: 'subscribe', messageId, subscriptions }));
    return answer?.cmd === 'suback' ? (answer.granted as number[]) : null;
  }

  async unsubscribe(filters: string[]): Promise<void> {
    await this.ask((messageId) => ({ cmd: 'unsubscribe', messageId, unsubscriptions: filters }));
  }

  /** Resolves with true when the broker has the message: at QoS 0 when it was sent. */
  async publish(topic: string, payload: Buffer, { qos = 0, retain = false } = {}): Promise<boolean> {
    const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos: qos as 0 | 1, dup: false, retain };
    if (qos === 0) {
      this.send(packet);
      return !this.isClosed;
    }
    return (await this.ask((messageId) => ({ ...packet, messageId }))) !== null;
  }

  /** Messages that are not stored yet. */
  get pending(): number {
    return this.queue.count;
  }

  /** Reads no more. Resolves when what was read is settled; the caller bounds the wait. */
  async quiesce(): Promise<void> {
    this.isReading = false;
    if (this.queue.count === 0 || this.isClosed) return;
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
    });
  }

  /** Ends the connection: with DISCONNECT if the broker should not publish the will. */
  end(why: string, isPolite = false): void {
    if (this.isClosed) return;
    if (isPolite) this.send({ cmd: 'disconnect' });
    this.isClosed = true;
    this.pings.cancel();
    if (isPolite) this.stream.destroySoon();
    else this.stream.destroy();
    this.unreleased.left(this);
    this.whenAccepted?.(null);
    for (const answer of [...this.asked.values()]) answer(null);
    this.whenIdle?.();
    this.markClosed(why);
  }

  /** Acknowledges a message at QoS 2 of an earlier connection that was sent again on this one. */
  received(messageId: number): void {
    this.send({ cmd: 'pubrec', messageId });
  }

  private ask(packetOf: (messageId: number) => Packet): Promise<Packet | null> {
    if (this.isClosed || this.asked.size >= requestsMax) return Promise.resolve(null);
    return new Promise((resolve) => {
      do this.lastId = this.lastId === messageIdMax ? 1 : this.lastId + 1;
      while (this.asked.has(this.lastId));
      const messageId = this.lastId;
      this.asked.set(messageId, (answer) => {
        this.asked.delete(messageId);
        resolve(answer);
      });
      this.send(packetOf(messageId));
    });
  }

  private send(packet: Packet): void {
    if (!this.isClosed) this.stream.write(generate(packet, this.options));
  }

  private get hasRoom(): boolean {
    const { inFlightMax, inFlightBytesMax } = this.options;
    return this.queue.count < inFlightMax && this.queue.bytes < inFlightBytesMax;
  }

  private read(): void {
    while (!this.isClosed && this.isReading && this.hasRoom) {
      const chunk = this.stream.read();
      if (chunk === null) return;
      this.heardMs = this.clock.monotonicMs();
      this.parser.parse(chunk);
    }
  }

  /** Shows the broker that this side is there; and ends a connection on which nothing comes although it would be read. */
  private keepAlive(): void {
    const silentMs = this.clock.monotonicMs() - this.heardMs;
    if (!this.hasRoom) this.heardMs = this.clock.monotonicMs();
    else if (silentMs > 2_000 * this.options.keepaliveS)
      return this.end(`nothing has come for ${Math.round(silentMs / 1_000)} s, not even an answer to a ping`);
    this.send({ cmd: 'pingreq' });
  }

  private take(packet: Packet): void {
    if (this.isClosed) return;
    if (this.whenAccepted) {
      if (packet.cmd !== 'connack') return this.end(`it answered CONNECT with ${packet.cmd}`);
      this.whenAccepted(packet);
      this.whenAccepted = null;
    } else if (packet.cmd === 'publish') this.published(packet);
    else if (packet.cmd === 'pubrel') {
      this.unreleased.released(packet.messageId!);
      this.send({ cmd: 'pubcomp', messageId: packet.messageId! });
    } else if (packet.cmd === 'disconnect') this.end(`it said goodbye${reasonOf(packet)}`);
    else if (packet.messageId !== undefined) this.asked.get(packet.messageId)?.(packet);
  }

  private published(packet: IPublishPacket): void {
    const { topic, qos, messageId = 0 } = packet;
    const payload = packet.payload as Buffer;
    if (qos > 0 && messageId === 0)
      return this.end('it sent a message with the packet id 0, which MQTT forbids');
    const known = qos === 2 ? this.unreleased.arrived(messageId, packet.dup, this) : null;
    if (known === 'again') return;
    const message: Unanswered = { messageId, qos, bytes: payload.length, isStored: false };
    this.queue.add(message);
    const isRetained = packet.retain;
    this.handlers.message({ topic, payload, qos, isRetained, isResend: packet.dup }, (error) => {
      if (known) this.unreleased.settled(messageId, known, error);
      if (error && qos > 0) return this.end(`a message could not be stored: ${error.message}`);
      message.isStored = true;
      this.queue.settle();
      if (this.queue.count === 0) this.whenIdle?.();
      this.read();
    });
  }

  private acknowledge({ messageId, qos }: Unanswered): void {
    if (qos === 1) this.send({ cmd: 'puback', messageId });
    else if (qos === 2) this.send({ cmd: 'pubrec', messageId });
  }
}

function reasonOf({ reasonCode }: { reasonCode?: number }): string {
  return reasonCode === undefined || reasonCode === 0 ? '' : ` with reason ${reasonCode}`;
}
