/**
 * An MQTT broker for tests, in this process, that shows what is acknowledged to it and sends it again after a reconnect. It
 * has one client at a time, and one session. Real brokers are in ../mosquitto.ts.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { generate, type IConnectPacket, type IPublishPacket, type Packet, parser } from 'mqtt-packet';

interface Waiting {
  packet: IPublishPacket & { messageId: number };
  isReceived: boolean;
}

export class PretendBroker {
  /** PUBACKs and PUBRECs in the order in which they came, by their message ids. */
  readonly acknowledged: number[] = [];
  /** CONNECTs that came, and subscriptions and messages of the client. */
  readonly connects: IConnectPacket[] = [];
  readonly subscribed: string[][] = [];
  readonly unsubscribed: string[] = [];
  readonly published: { topic: string; payload: Buffer; retain: boolean }[] = [];
  /** PINGREQs and PUBCOMPs that came. */
  pings = 0;
  completed = 0;
  /** The code of the next CONNACKs, and filters that are refused. */
  refuseWith = 0;
  readonly refusedFilters = new Set<string>();
  /** Answers no PINGREQ, and nothing else. */
  isMute = false;
  hasSession = false;
  /** Retained messages, sent at each SUBSCRIBE. */
  readonly retained: { topic: string; payload: string }[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private readonly server = createServer((socket) => this.accept(socket));
  private readonly sockets = new Set<Socket>();
  private client: Socket | null = null;
  private version: 4 | 5 = 4;
  private lastId = 0;

  async listen(port = 0): Promise<this> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get isConnected(): boolean {
    return this.client !== null;
  }

  /** Returns the message id; 0 at QoS 0. */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1 | 2 = 1, retain = false): number {
    const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos, dup: false, retain };
    if (qos === 0) {
      this.send(packet);
      return 0;
    }
    this.lastId = (this.lastId % 65_535) + 1;
    const numbered = { ...packet, messageId: this.lastId };
    this.waiting.set(this.lastId, { packet: numbered, isReceived: false });
    this.send(numbered);
    return this.lastId;
  }

  /** Ends the connection of the client without a word. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.client = null;
  }

  async stop(): Promise<void> {
    this.cut();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  send(packet: Packet): void {
    this.client?.write(generate(packet, { protocolVersion: this.version }));
  }

  /** Sends bytes that need be no packet. */
  sendBytes(bytes: Buffer): void {
    this.client?.write(bytes);
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    const read = parser();
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (this.client === socket) this.client = null;
    });
    socket.on('data', (chunk) => read.parse(chunk));
    read.on('packet', (packet: Packet) => {
      if (!this.isMute) this.take(packet, socket);
    });
    read.on('error', () => socket.destroy());
  }

  private take(packet: Packet, socket: Socket): void {
    if (packet.cmd === 'connect') this.connect(packet, socket);
    else if (packet.cmd === 'subscribe') this.subscribe(packet);
    else if (packet.cmd === 'unsubscribe') {
      this.unsubscribed.push(...packet.unsubscriptions);
      this.send({ cmd: 'unsuback', messageId: packet.messageId!, granted: [0] } as never);
    } else if (packet.cmd === 'pingreq') {
      this.pings += 1;
      this.send({ cmd: 'pingresp' });
    } else if (packet.cmd === 'puback' || packet.cmd === 'pubrec') {
      this.acknowledged.push(packet.messageId!);
      if (packet.cmd === 'puback') this.waiting.delete(packet.messageId!);
      else this.release(packet.messageId!);
    } else if (packet.cmd === 'pubcomp') {
      this.completed += 1;
      this.waiting.delete(packet.messageId!);
    } else if (packet.cmd === 'publish') {
      const { topic, retain } = packet;
      this.published.push({ topic, payload: packet.payload as Buffer, retain });
      if (packet.qos === 1) this.send({ cmd: 'puback', messageId: packet.messageId! });
    }
  }

  private release(messageId: number): void {
    const found = this.waiting.get(messageId);
    if (found) found.isReceived = true;
    this.send({ cmd: 'pubrel', messageId });
  }

  private connect(packet: IConnectPacket, socket: Socket): void {
    this.connects.push(packet);
    this.client = socket;
    this.version = packet.protocolVersion === 5 ? 5 : 4;
    const code = this.refuseWith;
    if (packet.clean || !this.hasSession) this.waiting.clear();
    const sessionPresent = code === 0 && packet.clean === false && this.hasSession;
    this.send({ cmd: 'connack', sessionPresent, returnCode: code, reasonCode: code });
    this.hasSession = code === 0 && packet.clean === false;
    for (const { packet: message, isReceived } of this.waiting.values())
      this.send(isReceived ? { cmd: 'pubrel', messageId: message.messageId } : { ...message, dup: true });
  }

  private subscribe({ messageId, subscriptions }: Extract<Packet, { cmd: 'subscribe' }>): void {
    this.subscribed.push(subscriptions.map(({ topic, qos }) => `${qos} ${topic}`));
    const granted = subscriptions.map(({ topic, qos }) => (this.refusedFilters.has(topic) ? 128 : qos));
    this.send({ cmd: 'suback', messageId: messageId!, granted });
    for (const { topic, payload } of this.retained) this.publish(topic, payload, 1, true);
  }
}
