/** A client that can send any bytes, and records the answers. */
import { connectPacket } from '../../load/mqtt/wire.ts';
import { PacketClient } from '../../support/packet-client.ts';
import { until } from '../site.ts';

export class RawClient extends PacketClient {
  static async open(port: number): Promise<RawClient> {
    return new RawClient(await PacketClient.socketTo(port));
  }

  /** Returns a client that is connected as a user. */
  static async login(port: number, clientId: string, username: string, password: string): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.write(connectPacket(clientId, true, { username, password }));
    await until(() => client.returnCode !== null, `an answer to ${clientId}`);
    return client;
  }

  /** Return code of CONNACK; null before it arrives. */
  get returnCode(): number | null {
    const packet = this.received.find(({ cmd }) => cmd === 'connack');
    return packet?.cmd === 'connack' ? (packet.returnCode ?? packet.reasonCode ?? null) : null;
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Waits until the server has closed the connection. */
  async isClosed(): Promise<void> {
    await until(() => this.closed, 'the connection to be closed');
  }

  /** Sends a PUBLISH and waits for its PUBACK. */
  async publish(packetId: number, topic: string | Buffer, payload: string | Buffer): Promise<void> {
    this.write(publishBytes(packetId, topic, payload));
    await until(
      () => this.received.some((packet) => packet.cmd === 'puback' && packet.messageId === packetId),
      `PUBACK ${packetId}`,
    );
  }

  end(): void {
    this.socket.destroy();
  }
}

/** A PUBLISH packet at QoS 1. The topic may be anything. */
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
