/** A client that may send any bytes at all, and what comes back. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Packet, parser } from 'mqtt-packet';
import { connectPacket } from '../load/mqtt/wire.ts';
import { until } from './site.ts';

export class RawClient {
  readonly packets: Packet[] = [];
  closed = false;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const answers = parser({ protocolVersion: 4 });
    answers.on('packet', (packet: Packet) => this.packets.push(packet));
    answers.on('error', () => {});
    socket.on('data', (bytes) => answers.parse(bytes));
    socket.on('error', () => {});
    socket.once('close', () => {
      this.closed = true;
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Connected as a user. */
  static async login(port: number, clientId: string, username: string, password: string): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.write(connectPacket(clientId, true, { username, password }));
    await until(() => client.returnCode !== null, `an answer to ${clientId}`);
    return client;
  }

  /** Of CONNACK; null before. */
  get returnCode(): number | null {
    const packet = this.packets.find(({ cmd }) => cmd === 'connack');
    return packet?.cmd === 'connack' ? (packet.returnCode ?? packet.reasonCode ?? null) : null;
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** The server has closed the connection. */
  async isClosed(): Promise<void> {
    await until(() => this.closed, 'the connection to be closed');
  }

  /** Sends a PUBLISH and waits for its PUBACK. */
  async publish(packetId: number, topic: string | Buffer, payload: string | Buffer): Promise<void> {
    this.write(publishBytes(packetId, topic, payload));
    await until(
      () => this.packets.some((packet) => packet.cmd === 'puback' && packet.messageId === packetId),
      `PUBACK ${packetId}`,
    );
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** QoS 1. The topic may be anything. */
export function publishBytes(packetId: number, topic: string | Buffer, payload: string | Buffer): Buffer {
  const [name, body] = [Buffer.from(topic), Buffer.from(payload)];
  const head = Buffer.alloc(2 + name.length + 2);
  head.writeUInt16BE(name.length);
  name.copy(head, 2);
  head.writeUInt16BE(packetId, 2 + name.length);
  return packetBytes(0x32, Buffer.concat([head, body]));
}

export function packetBytes(first: number, content: Buffer): Buffer {
  const length: number[] = [];
  let rest = content.length;
  do {
    length.push((rest % 128) | (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), content]);
}
